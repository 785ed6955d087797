import type { SignedIn } from '../flows/index.js';
import { type CookieTokens, noTokens } from './cookies.js';
import type { Transport } from './credentials.js';
import type { HttpContext } from './http-context.js';
import { type HttpResponse, respondJson } from './response.js';
import { viewSession, viewUser } from './views.js';
import { writeCookies } from './write-cookies.js';

/**
 * `{ user, session }` with the tokens where the transport has them: in cookies, in the body, or one in each. What is in
 * a cookie is never in the body, where scripts could read it.
 *
 * @param held the tokens in the cookies of the request.
 */
export function respondSignedIn(
  http: HttpContext,
  transport: Transport,
  status: number,
  signedIn: SignedIn,
  held: CookieTokens = noTokens,
): HttpResponse {
  const { session, user, accessToken, refreshToken, expiresInSeconds } = signedIn;
  const inBody = {
    ...(transport === 'cookie' ? {} : { accessToken }),
    ...(transport === 'bearer' ? { refreshToken } : {}),
  };
  return respondJson(
    status,
    {
      user: viewUser(user),
      session: viewSession(session, session.id),
      ...inBody,
      ...(transport === 'cookie' ? {} : { expiresIn: expiresInSeconds, tokenType: 'Bearer' }),
    },
    { cookies: writeCookies(http.cookies, transport, signedIn, held) },
  );
}
