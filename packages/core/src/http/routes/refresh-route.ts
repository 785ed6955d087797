import { z } from 'zod';
import { AuthError, isAuthError } from '../../errors.js';
import { defineAuthRoute } from '../auth-route.js';
import { endsCookies } from '../authenticate.js';
import { requireTrustedOrigin } from '../check-origin.js';
import type { CookieTokens } from '../cookies.js';
import type { Transport } from '../credentials.js';
import type { HttpContext } from '../http-context.js';
import { findHeader, type HttpRequest } from '../request.js';
import { respondRefusal } from '../respond-refusal.js';
import { respondSignedIn } from '../respond-signed-in.js';
import type { Route } from '../route.js';
import { attemptIdSchema, tokenSchema, transportSchema } from './schemas.js';

/**
 * `POST /refresh`
 *
 * With a cookie it needs a trusted origin but no CSRF token: it changes nothing that a foreign page could want, and a
 * page that has just been loaded has no token yet.
 */
export function createRefreshRoute(http: HttpContext, basePath: string): Route {
  return defineAuthRoute(http, {
    method: 'POST',
    path: `${basePath}/refresh`,
    summary: 'Exchange a refresh token for the next pair of tokens',
    body: z.strictObject({
      refreshToken: tokenSchema.optional(),
      attemptId: attemptIdSchema.optional(),
      transport: transportSchema.optional(),
    }),
    answers: {
      200: 'The next pair of tokens',
      401: 'Sign in again; for `refresh_token_superseded` use the newer token',
      503: 'Try again with the same token',
    },
    async handle({ http, body, request }) {
      const presented = readRefreshToken(http, request, body.refreshToken);
      const transport = presented.isCookie ? cookieTransport(http, presented.held, body.transport) : 'bearer';
      try {
        const { attemptId } = body;
        const signedIn = await http.auth.refresh({
          tenantId: http.tenantOf(request),
          refreshToken: presented.token,
          ...(attemptId === undefined ? {} : { attemptId }),
          ...(transport === 'cookie' ? { maxAccessTokenLength: http.cookies.maxAccessTokenLength } : {}),
        });
        return respondSignedIn(http, transport, 200, signedIn, presented.held);
      } catch (error) {
        if (!isAuthError(error)) throw error;
        return respondRefusal(http, request, error, {
          cookies: presented.isCookie && endsCookies(error) ? http.cookies.clear() : [],
        });
      }
    },
  });
}

interface PresentedToken {
  readonly token: string;
  readonly isCookie: boolean;
  /** The tokens in the cookies of the request. */
  readonly held: CookieTokens;
}

function readRefreshToken(
  http: HttpContext,
  request: HttpRequest,
  fromBody: string | undefined,
): PresentedToken {
  const held = http.cookies.read(findHeader(request, 'cookie'));
  if (fromBody !== undefined && held.refreshToken !== null) throw new AuthError('credentials_ambiguous');
  if (fromBody !== undefined) return { token: fromBody, isCookie: false, held };
  if (held.refreshToken === null) throw new AuthError('credentials_missing');
  requireTrustedOrigin(request, http.trustedOrigins);
  return { token: held.refreshToken, isCookie: true, held };
}

/**
 * A refresh token that came in a cookie stays in one, and so does the access token of a session that has both there,
 * unless the app has turned to another transport: a script must not be able to talk a token out of its cookie.
 */
function cookieTransport(
  http: HttpContext,
  { accessToken }: CookieTokens,
  wanted: Transport = http.transport,
): Transport {
  const isMovable = accessToken === null || http.transport !== 'cookie';
  return wanted !== 'cookie' && isMovable ? 'hybrid' : 'cookie';
}
