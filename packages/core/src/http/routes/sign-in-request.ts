import { readUserAgent } from '../../domains/sessions/index.js';
import type { ClientOrigin } from '../../flows/index.js';
import { requireTrustedOrigin } from '../check-origin.js';
import { type CookieTokens, noTokens } from '../cookies.js';
import type { Transport } from '../credentials.js';
import type { HttpContext } from '../http-context.js';
import { findHeader, type HttpRequest } from '../request.js';

/** What a sign-in request says besides its credentials. */
export interface SignInRequest {
  readonly tenantId: string;
  readonly origin: ClientOrigin;
  /** The tokens of the session that the browser still holds. */
  readonly held: CookieTokens;
  /** The refresh token among them: the new session's cookies replace it. */
  readonly replaces: string | null;
  /** What the browser was given to be remembered by, or `null`. */
  readonly deviceToken: string | null;
}

/** Where a request comes from, for what is recorded of it. */
export function readOrigin(http: HttpContext, request: HttpRequest, transport: Transport): ClientOrigin {
  return {
    ip: http.locate(request).ip,
    userAgent: readUserAgent(findHeader(request, 'user-agent')),
    isBrowser: transport !== 'bearer',
  };
}

/**
 * Where a sign-in comes from, and what it replaces.
 *
 * One that will set cookies must come from the app's own page: otherwise a foreign page could sign its visitor in as
 * somebody else.
 *
 * @throws `AuthError` `csrf_refused`, `cookie_ambiguous`.
 */
export function readSignIn(http: HttpContext, request: HttpRequest, transport: Transport): SignInRequest {
  if (transport !== 'bearer') requireTrustedOrigin(request, http.trustedOrigins);
  const cookie = transport === 'bearer' ? null : findHeader(request, 'cookie');
  const held = cookie === null ? noTokens : http.cookies.read(cookie);
  return {
    tenantId: http.tenantOf(request),
    origin: readOrigin(http, request, transport),
    held,
    replaces: held.refreshToken,
    deviceToken: http.cookies.readDevice(cookie),
  };
}
