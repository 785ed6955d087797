import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import onHeaders from 'on-headers';
import { keepReviewedCookies } from './review-answer.js';

/**
 * Puts the cookies of an allowed verdict on the app's answer, whatever the app does to its headers until they are sent.
 *
 * They stand before the app's own `Set-Cookie` values, so that the app has the last word on a name. The answer becomes
 * `no-store`: a shared cache that kept it would hand one user's session to the next.
 */
export function keepCookies(
  response: ServerResponse | Http2ServerResponse,
  cookies: readonly string[],
): void {
  if (cookies.length === 0) return;
  keepReviewedCookies(response, cookies);
  // It needs `writeHead` and the header methods only, which both protocols have.
  onHeaders(response as ServerResponse, () => {
    const own = response.getHeader('set-cookie') ?? [];
    response.setHeader('set-cookie', [...cookies, ...(Array.isArray(own) ? own : [String(own)])]);
    response.setHeader('cache-control', 'no-store');
  });
}
