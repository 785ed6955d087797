import { AuthError } from '../errors.js';
import type { Cookies } from './cookies.js';
import { findHeader, type HttpRequest } from './request.js';

/**
 * How a client carries its tokens.
 *
 * - `cookie`: both in cookies that scripts cannot read.
 * - `bearer`: both in bodies, the access token in the `Authorization` header.
 * - `hybrid`: the refresh token in a cookie, the access token in bodies and the header.
 */
export type Transport = (typeof transports)[number];

/** Every {@link Transport}. */
export const transports = ['cookie', 'bearer', 'hybrid'] as const;

/** The credentials that a request carries: at most one access token, and a refresh token if there is a cookie. */
export interface Credentials {
  /** Where the access token came from or, without one, where the refresh token did. */
  readonly transport: Transport;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
}

const bearer = /^Bearer +([^\s,]+) *$/i;

/**
 * The credentials of the request, not yet checked. A request without any has the transport `cookie` and no tokens.
 *
 * @throws `AuthError` `credentials_ambiguous` for an access token in both places (RFC 6750 §2), `cookie_ambiguous`,
 * `access_token_malformed` for a bearer header without one token.
 */
export function readCredentials(cookies: Cookies, request: HttpRequest): Credentials {
  const { accessToken, refreshToken } = cookies.read(findHeader(request, 'cookie'));
  const authorization = findHeader(request, 'authorization');
  if (authorization === null || !/^bearer\b/i.test(authorization)) {
    return { transport: 'cookie', accessToken, refreshToken };
  }
  if (accessToken !== null) throw new AuthError('credentials_ambiguous');
  const token = bearer.exec(authorization)?.[1];
  if (token === undefined) throw new AuthError('access_token_malformed');
  return { transport: refreshToken === null ? 'bearer' : 'hybrid', accessToken: token, refreshToken };
}
