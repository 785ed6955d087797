import type { SignedIn } from '../flows/index.js';
import type { Cookies } from './cookies.js';
import type { Transport } from './credentials.js';

/**
 * The `Set-Cookie` values of the tokens that the transport keeps in cookies.
 *
 * A refresh token that the request itself brought is not written again: an answer that travels slowly would put it back
 * over its successor, and the browser would be taken for a thief with it.
 */
export function writeCookies(
  cookies: Cookies,
  transport: Transport,
  { session, accessToken, refreshToken }: SignedIn,
  presentedToken: string | null,
): readonly string[] {
  const isKept = transport === 'bearer' || refreshToken === presentedToken;
  return cookies.writeTokens(
    {
      accessToken: transport === 'cookie' ? accessToken : null,
      refreshToken: isKept ? null : refreshToken,
    },
    session.idleLifetimeMs,
  );
}
