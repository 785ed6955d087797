import {
  askGuard,
  type Guard,
  type Identity,
  keepCookies,
  keepHeaders,
  reviewAnswer,
} from '@tessera-auth/core/http';
import type { FastifyRequest, HookHandlerDoneFunction, RawServerBase, RouteGenericInterface } from 'fastify';
import { type AnyReply, sendResponse } from './send-response.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request. There on every route behind `protect` with a guard that asks, and only there. */
    auth: Identity;
    /** The nonce of this answer's content security policy, behind `securityHeaders({ nonce: true })`. */
    cspNonce?: string;
  }
}

/** A hook for `{ onRequest }`, `{ preHandler }` or `app.addHook`, on servers of every protocol. */
export type ProtectHook = (
  request: FastifyRequest<RouteGenericInterface, RawServerBase>,
  reply: AnyReply,
  done: HookHandlerDoneFunction,
) => void;

/**
 * A hook that lets a request go on only when the guard allows it, with the caller's identity as `request.auth`.
 *
 * A refusal is answered at once and nothing behind it runs; as an `onRequest` hook it comes before the body is read.
 * Cookies that the guard sets, such as those of a session refreshed on the way, reach the client whatever the answer
 * is, also after `reply.hijack()`. A guard that answers without a promise costs none. With `app.addHook` it holds for
 * all routes of the same plugin and its children.
 *
 * @param guard what decides, such as `auth.signedIn()`.
 */
export function protect(guard: Guard): ProtectHook {
  return (request, reply, done) => {
    askGuard(
      guard,
      request,
      (verdict) => {
        if (!verdict.isAllowed) {
          sendResponse(reply, verdict.response);
          return;
        }
        keepCookies(reply.raw, verdict.cookies);
        keepHeaders(reply.raw, verdict.headers);
        if (verdict.review !== undefined)
          reviewAnswer(reply.raw, verdict.review, {
            // Fastify keeps those of the app to itself until the answer is sent.
            headers: reply.getHeaders(),
            findRoute: () => request.routeOptions.url ?? null,
          });
        if (verdict.identity !== null) request.auth = verdict.identity;
        if (verdict.nonce !== undefined) request.cspNonce = verdict.nonce;
        done();
      },
      done,
    );
  };
}
