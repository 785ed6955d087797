import { findClaims } from '../domains/tokens/find-claims.js';
import { AuthError } from '../errors.js';
import { requireTrustedOrigin } from './check-origin.js';
import type { Credentials } from './credentials.js';
import type { HttpContext } from './http-context.js';
import { findHeader, type HttpRequest, isUnsafeMethod } from './request.js';

/**
 * Refuses a state-changing request whose credentials the browser added by itself, unless it proves that the app's own
 * page sent it: by its origin, and then by a token that only that page can read.
 *
 * Runs before anything is refreshed, so that a foreign page cannot even make a session rotate.
 *
 * @throws `AuthError` `csrf_refused`.
 */
export function requireOwnPage(http: HttpContext, request: HttpRequest, credentials: Credentials): void {
  const { transport, accessToken, refreshToken } = credentials;
  if (transport !== 'cookie' || !isUnsafeMethod(request.method)) return;
  // Nothing was added by the browser, so there is nothing to misuse.
  if (accessToken === null && refreshToken === null) return;
  requireTrustedOrigin(request, http.trustedOrigins);
  if (!http.requiresCsrfToken) return;
  const csrfToken = findHeader(request, 'x-csrf-token');
  const isValid = listSessionIds(http, request, credentials).every((sessionId) =>
    http.auth.csrfTokens.isValid(sessionId, csrfToken),
  );
  if (!isValid) throw new AuthError('csrf_refused');
}

/**
 * The sessions that the cookies open, also when the access token has expired. Both are asked: with one cookie of the
 * attacker's own session and one of the victim's, a token of either must not do. Cookies that open none are let
 * through, for they prove nobody's identity and get their 401.
 */
function listSessionIds(
  http: HttpContext,
  request: HttpRequest,
  { accessToken, refreshToken }: Credentials,
): readonly string[] {
  const fromRefresh = http.auth.sessions.findSessionId(http.tenantOf(request), refreshToken);
  const claims = accessToken === null ? null : findClaims(http.auth.accessTokens, accessToken);
  return [fromRefresh, claims?.sessionId].filter((sessionId) => typeof sessionId === 'string');
}
