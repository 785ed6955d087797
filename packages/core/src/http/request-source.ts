import { readUserAgent } from '../domains/sessions/index.js';
import type { RequestSource } from '../events.js';
import type { Identity } from './guard.js';
import type { HttpContext } from './http-context.js';
import { findHeader, type HttpRequest } from './request.js';

/** What is recorded of a request. @param sender who is signed in with it, where that is known. */
export function sourceOf(
  http: HttpContext,
  request: HttpRequest,
  sender: Identity | null = null,
): RequestSource {
  return {
    requestId: http.requestIdOf(request),
    ip: http.locate(request).ip,
    userAgent: readUserAgent(findHeader(request, 'user-agent')),
    ...(sender !== null && { actorId: sender.userId, actorSessionId: sender.sessionId }),
  };
}

/** The same for one request: what is recorded names it, and who is signed in with it. */
export function forRequest(
  http: HttpContext,
  request: HttpRequest,
  sender: Identity | null = null,
): HttpContext {
  return { ...http, auth: http.auth.forRequest(sourceOf(http, request, sender)) };
}
