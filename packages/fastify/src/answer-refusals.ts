import { findRefusal } from '@tessera-auth/core/http';
import type { FastifyRequest, RawServerBase, RouteGenericInterface } from 'fastify';
import { type AnyReply, sendResponse } from './send-response.js';

/**
 * An error handler that answers what `request.auth.require` has thrown, as a guard would: `app.setErrorHandler(answerRefusals)`, in
 * the app or in a plugin. All other errors go on to the handler around it, which is Fastify's own in the end; an app that has one
 * itself calls `findRefusal` there.
 *
 * Without it such a refusal is an error like others, with `statusCode` 403.
 *
 * @throws what is no such refusal.
 */
export function answerRefusals(
  error: unknown,
  _request: FastifyRequest<RouteGenericInterface, RawServerBase>,
  reply: AnyReply,
): void {
  const response = findRefusal(error);
  if (response === null) throw error;
  sendResponse(reply, response);
}
