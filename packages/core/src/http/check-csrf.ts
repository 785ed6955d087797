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
  if (credentials.transport !== 'cookie' || !isUnsafeMethod(request.method)) return;
  requireTrustedOrigin(request, http.trustedOrigins);
  if (!http.requiresCsrfToken) return;
  const sessionId = findSessionId(http, request, credentials);
  const isValid =
    sessionId !== null && http.auth.csrfTokens.isValid(sessionId, findHeader(request, 'x-csrf-token'));
  if (!isValid) throw new AuthError('csrf_refused');
}

/** The session that the cookies belong to, also when the access token has expired. */
function findSessionId(http: HttpContext, request: HttpRequest, credentials: Credentials): string | null {
  const { accessToken, refreshToken } = credentials;
  const fromRefresh = http.auth.sessions.findSessionId(http.tenantOf(request), refreshToken);
  if (fromRefresh !== null || accessToken === null) return fromRefresh;
  try {
    return http.auth.accessTokens.verify(accessToken).sessionId;
  } catch {
    return null;
  }
}
