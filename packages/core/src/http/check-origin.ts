import { AuthError } from '../errors.js';
import { findHeader, type HttpRequest, isUnsafeMethod } from './request.js';

/**
 * The header that says what the answers to state-changing requests depend on (OWASP CSRF cheat sheet); none for the others,
 * whose origin nobody looks at.
 */
export function originVary({ method }: HttpRequest): Readonly<Record<string, string>> {
  return isUnsafeMethod(method) ? { vary: 'Sec-Fetch-Site, Origin, Referer' } : {};
}

/**
 * Refuses a state-changing request that a foreign page made the browser send.
 *
 * Fetch metadata first, since a page cannot forge it; then `Origin`, then `Referer`. A request with none of them comes
 * from no browser that is still supported, and is refused (OWASP CSRF cheat sheet). `same-site` is foreign, unless its
 * origin is listed: a sibling host may be anybody's.
 *
 * @param trusted origins such as `https://app.example.com`, compared exactly.
 * @throws `AuthError` `csrf_refused`.
 */
export function requireTrustedOrigin(request: HttpRequest, trusted: ReadonlySet<string>): void {
  if (!hasTrustedOrigin(request, trusted)) throw new AuthError('csrf_refused');
}

/** Whether {@link requireTrustedOrigin} would let the request pass. */
export function hasTrustedOrigin(request: HttpRequest, trusted: ReadonlySet<string>): boolean {
  const site = findHeader(request, 'sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return true;
  const origin = findHeader(request, 'origin') ?? originOf(findHeader(request, 'referer'));
  return origin !== null && trusted.has(origin);
}

/**
 * Refuses the upgrade of a connection that a foreign page asked for. `Origin` alone counts: every browser sends it with a
 * WebSocket (RFC 6455 §4.1), and Fetch metadata not every one.
 *
 * @throws `AuthError` `csrf_refused`.
 */
export function requireTrustedSocket(request: HttpRequest, trusted: ReadonlySet<string>): void {
  const origin = findHeader(request, 'origin');
  if (origin === null || !trusted.has(origin)) throw new AuthError('csrf_refused');
}

function originOf(url: string | null): string | null {
  return url !== null && URL.canParse(url) ? new URL(url).origin : null;
}
