import { readUserAgent } from '../domains/sessions/index.js';
import type { RequestSource } from '../events.js';
import type { HttpContext } from './http-context.js';
import { findHeader, type HttpRequest } from './request.js';

/** What is recorded of a request. */
export function sourceOf(http: HttpContext, request: HttpRequest): RequestSource {
  return {
    requestId: http.requestIdOf(request),
    ip: http.locate(request).ip,
    userAgent: readUserAgent(findHeader(request, 'user-agent')),
  };
}

/** The same for one request: what is recorded names it. */
export function forRequest(http: HttpContext, request: HttpRequest): HttpContext {
  return { ...http, auth: http.auth.forRequest(sourceOf(http, request)) };
}
