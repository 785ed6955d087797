import type { AccessTokenClaims } from '../domains/tokens/index.js';
import { AuthError, isAuthError } from '../errors.js';
import { requireOwnPage } from './check-csrf.js';
import { type Credentials, readCredentials } from './credentials.js';
import { andThen, type Identity } from './guard.js';
import type { HttpContext } from './http-context.js';
import { createIdentity } from './identity.js';
import type { HttpRequest } from './request.js';
import { forRequest } from './request-source.js';
import { writeCookies } from './write-cookies.js';

/** A request whose sender is known. */
export interface Authenticated {
  readonly identity: Identity;
  readonly claims: AccessTokenClaims;
  readonly credentials: Credentials;
  /** `Set-Cookie` values of a session that was refreshed on the way. */
  readonly cookies: readonly string[];
}

const noCookies: readonly string[] = [];

/**
 * Finds out who sent the request, from its tokens alone.
 *
 * An access cookie that is no longer good is renewed with the refresh cookie, within the request. Synchronous when the
 * access token is good and the revocations are in memory.
 *
 * @throws `AuthError` `credentials_missing`, `credentials_ambiguous`, `cookie_ambiguous`, `csrf_refused`, any
 * `access_token_…` and `refresh_token_…` code, `store_unavailable`.
 */
export function authenticate(
  http: HttpContext,
  request: HttpRequest,
): Authenticated | Promise<Authenticated> {
  const credentials = readCredentials(http.cookies, request);
  requireOwnPage(http, request, credentials);
  const { accessToken } = credentials;
  if (accessToken === null) return renew(http, request, credentials, new AuthError('credentials_missing'));

  let claims: AccessTokenClaims;
  try {
    claims = http.auth.accessTokens.verify(accessToken);
    if (claims.tenantId !== http.tenantOf(request)) throw new AuthError('access_token_invalid');
    if (claims.permissions !== null && !http.auth.policy.isCurrent(claims.permissions))
      throw new AuthError('access_token_outdated');
  } catch (error) {
    return renew(http, request, credentials, error);
  }
  return andThen(isRevoked(http, claims), (revoked) =>
    revoked
      ? renew(http, request, credentials, new AuthError('access_token_revoked'))
      : andThen(createIdentity(http, request, claims), (identity) => ({
          identity,
          claims,
          credentials,
          cookies: noCookies,
        })),
  );
}

/** Whether what the token says is revoked. @throws `AuthError` `store_unavailable`. */
export function isRevoked(http: HttpContext, claims: AccessTokenClaims): boolean | Promise<boolean> {
  const { jti, sessionId, tenantId, subject, userEpoch, tenantEpoch, rolesVersion } = claims;
  return http.auth.revocations.isRevoked({
    jti,
    sessionId,
    tenantId,
    userId: subject,
    userEpoch,
    tenantEpoch,
    rolesVersion,
  });
}

/**
 * Goes on with the refresh cookie, if the tokens travel in cookies; otherwise the client has to refresh by itself.
 *
 * @throws what was wrong with the access token, at once, where nothing can be renewed.
 */
function renew(
  http: HttpContext,
  request: HttpRequest,
  credentials: Credentials,
  reason: unknown,
): Promise<Authenticated> {
  const { transport, accessToken, refreshToken } = credentials;
  // A hybrid client that has no access token yet fetches one itself: a cookie with one would contradict its header.
  const isHybridStart = accessToken === null && http.transport === 'hybrid';
  if (transport !== 'cookie' || refreshToken === null || isHybridStart) throw reason;
  return renewWith(forRequest(http, request), request, credentials, refreshToken);
}

async function renewWith(
  http: HttpContext,
  request: HttpRequest,
  credentials: Credentials,
  refreshToken: string,
): Promise<Authenticated> {
  const tenantId = http.tenantOf(request);
  const refreshed = await refresh(http, tenantId, refreshToken);
  // What was ended or changed meanwhile has killed the token already. Asked again, the session is over, or gives what is so now.
  const current = refreshed.isRevoked
    ? await refresh(http, tenantId, refreshed.signedIn.refreshToken)
    : refreshed;
  if (current.isRevoked) throw new AuthError('access_token_revoked');
  const { signedIn, claims } = current;
  return {
    identity: await createIdentity(http, request, claims),
    claims,
    credentials,
    cookies: writeCookies(http.cookies, 'cookie', signedIn, credentials),
  };
}

async function refresh(http: HttpContext, tenantId: string, refreshToken: string) {
  const { maxAccessTokenLength } = http.cookies;
  const signedIn = await http.auth.refresh({ tenantId, refreshToken, maxAccessTokenLength });
  const claims = http.auth.accessTokens.verify(signedIn.accessToken);
  return { signedIn, claims, isRevoked: await isRevoked(http, claims) };
}

/**
 * Whether the browser should forget its cookies after this error: when the session they stand for is certainly over.
 * Never after an outage, and never for the loser of a race, whose newer cookies are on their way.
 */
export function endsCookies(error: unknown): boolean {
  return (
    isAuthError(error) && (error.code === 'refresh_token_invalid' || error.code === 'refresh_token_reused')
  );
}
