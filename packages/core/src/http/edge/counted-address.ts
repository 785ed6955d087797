import type { HttpContext } from '../http-context.js';
import type { HttpRequest } from '../request.js';

/**
 * What a client is counted by; `null` where the host says nothing of connections.
 *
 * All connections without an address are one client: whoever resets theirs as soon as the request is sent has none by the
 * time somebody looks, and would do what they like as often as they like.
 */
export function findCountedAddress(http: HttpContext, request: HttpRequest): string | null {
  return http.locate(request).ip ?? (request.socket === undefined ? null : '');
}
