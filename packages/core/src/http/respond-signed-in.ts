import type { FinishedSignIn, SignedIn, SignInOutcome } from '../flows/index.js';
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
 * @param more what else the body says.
 */
export function respondSignedIn(
  http: HttpContext,
  transport: Transport,
  status: number,
  signedIn: SignedIn | FinishedSignIn,
  held: CookieTokens = noTokens,
  more: object = {},
): HttpResponse {
  const { session, user, accessToken, refreshToken, expiresInSeconds } = signedIn;
  const { deviceToken = null, secondFactorDueAt = null } = 'kind' in signedIn ? signedIn : {};
  const inBody = {
    ...(transport === 'cookie' ? {} : { accessToken }),
    ...(transport === 'bearer' ? { refreshToken } : {}),
    ...(transport === 'bearer' && deviceToken !== null ? { deviceToken } : {}),
    ...(secondFactorDueAt === null ? {} : { secondFactorDueAt: secondFactorDueAt.toISOString() }),
  };
  const { rememberDevicesMs } = http.auth.mfa;
  const isRemembered = transport !== 'bearer' && deviceToken !== null && rememberDevicesMs !== null;
  return respondJson(
    status,
    {
      user: viewUser(user),
      session: viewSession(session, session.id),
      ...inBody,
      ...(transport === 'cookie' ? {} : { expiresIn: expiresInSeconds, tokenType: 'Bearer' }),
      ...more,
    },
    {
      cookies: [
        ...writeCookies(http.cookies, transport, signedIn, held),
        ...(isRemembered ? [http.cookies.writeDevice(deviceToken, rememberDevicesMs)] : []),
      ],
    },
  );
}

/** {@link respondSignedIn}, or what the client needs for the second half: no cookie, and nothing that opens anything. */
export function respondOutcome(
  http: HttpContext,
  transport: Transport,
  status: number,
  outcome: SignInOutcome,
  held: CookieTokens,
): HttpResponse {
  if (outcome.kind === 'signed_in') return respondSignedIn(http, transport, status, outcome, held);
  const { kind, mfaToken, methods, expiresAt } = outcome;
  return respondJson(200, {
    mfaRequired: true,
    setupRequired: kind === 'second_factor_setup_required',
    mfaToken,
    methods,
    expiresIn: Math.round((expiresAt.getTime() - http.auth.now().getTime()) / 1000),
  });
}
