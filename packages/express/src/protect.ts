import {
  askGuard,
  type Guard,
  type Identity,
  keepCookies,
  keepHeaders,
  reviewAnswer,
} from '@tessera-auth/core/http';
import type { Request, RequestHandler } from 'express';
import { sendResponse } from './send-response.js';

declare global {
  namespace Express {
    interface Request {
      /** Who makes the request. There on every route behind `protect` with a guard that asks, and only there. */
      auth: Identity;
      /** The nonce of this answer's content security policy, behind `securityHeaders({ nonce: true })`. */
      cspNonce?: string;
    }
  }
}

/**
 * A handler that lets a request go on only when the guard allows it, with the caller's identity as `req.auth`.
 *
 * A refusal is answered at once and nothing behind it runs. Cookies that the guard sets, such as those of a session
 * refreshed on the way, reach the client whatever the answer is. A guard that answers without a promise costs none.
 * Put it on the route or router itself: a guard on a path prefix protects only what Express matches to that prefix.
 *
 * @param guard what decides, such as `auth.signedIn()`.
 */
export function protect(guard: Guard): RequestHandler {
  return (req, res, next) => {
    askGuard(
      guard,
      req,
      (verdict) => {
        if (!verdict.isAllowed) {
          sendResponse(res, verdict.response);
          return;
        }
        keepCookies(res, verdict.cookies);
        keepHeaders(res, verdict.headers);
        if (verdict.review !== undefined)
          reviewAnswer(res, verdict.review, { findRoute: () => routeOf(req) });
        if (verdict.identity !== null) req.auth = verdict.identity;
        if (verdict.nonce !== undefined) req.cspNonce = verdict.nonce;
        next();
      },
      next,
    );
  };
}

function routeOf({ baseUrl, route }: Request): string | null {
  return route === undefined ? null : `${baseUrl}${String(route.path)}`;
}
