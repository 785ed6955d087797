import type { SignedIn } from '../flows/index.js';
import type { Cookies, CookieTokens } from './cookies.js';
import type { Transport } from './credentials.js';

/**
 * The `Set-Cookie` values of the tokens that the transport keeps in cookies.
 *
 * A hybrid client's browser forgets an access token that it kept from the time of another transport: beside the one in
 * the header it would make every request ambiguous.
 *
 * A refresh token that the request itself brought is not written again: an answer that travels slowly would put it back
 * over its successor, and the browser would be taken for a thief with it.
 *
 * @param held the tokens in the cookies of the request.
 */
export function writeCookies(
  cookies: Cookies,
  transport: Transport,
  { session, accessToken, refreshToken }: SignedIn,
  held: CookieTokens,
): readonly string[] {
  const isKept = transport === 'bearer' || refreshToken === held.refreshToken;
  const isStale = transport === 'hybrid' && held.accessToken !== null;
  const written = cookies.writeTokens(
    {
      accessToken: transport === 'cookie' ? accessToken : null,
      refreshToken: isKept ? null : refreshToken,
    },
    session.idleLifetimeMs,
  );
  return isStale ? [cookies.clearAccess(), ...written] : written;
}
