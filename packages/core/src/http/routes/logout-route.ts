import { findClaims } from '../../domains/tokens/find-claims.js';
import { AuthError } from '../../errors.js';
import { defineAuthRoute } from '../auth-route.js';
import { requireOwnPage } from '../check-csrf.js';
import { hasTrustedOrigin } from '../check-origin.js';
import { type Credentials, readCredentials } from '../credentials.js';
import type { HttpContext } from '../http-context.js';
import { reportRefusal } from '../report-refusal.js';
import type { HttpRequest } from '../request.js';
import { respondEmpty } from '../response.js';
import type { Route } from '../route.js';
import { countClient } from './count-client.js';

/** `POST /logout` */
export function createLogoutRoute(http: HttpContext, basePath: string): Route {
  return defineAuthRoute(http, {
    method: 'POST',
    path: `${basePath}/logout`,
    summary: 'End this session; its tokens are dead at once',
    answers: {
      204: 'Signed out, also when nobody was signed in',
      403: 'The request does not come from the app itself',
      429: 'Too many requests',
      503: 'Nobody knows whether the session has ended: ask again',
    },
    async handle({ http, request }) {
      const credentials = readCredentials(http.cookies, request);
      const isAnybody = credentials.accessToken !== null || credentials.refreshToken !== null;
      if (isAnybody) {
        requireOwnPage(http, request, credentials);
        // For the network and not for the account: whoever has stolen a token must not keep its owner from signing out.
        await countClient(http, request);
      }
      // A foreign page makes the browser ask without the cookies, which are SameSite. Nobody is signed out by that, and
      // neither must cookies and storage go: browsers clear them whoever has made them ask.
      else if (!hasTrustedOrigin(request, http.trustedOrigins)) {
        reportRefusal(http, request, new AuthError('csrf_refused'));
        return respondEmpty(204);
      }
      await http.auth.signOut({
        tenantId: http.tenantOf(request),
        session: findSession(http, request, credentials),
        refreshToken: credentials.refreshToken,
      });
      const isInCookies = credentials.transport !== 'bearer';
      return respondEmpty(204, {
        // ASVS 14.3.1: what the browser kept of the session goes too.
        headers: { 'clear-site-data': '"cache", "cookies", "storage"' },
        cookies: isInCookies ? http.cookies.clear() : [],
      });
    },
  });
}

/** The session that the access token names; an expired one names none, and the refresh token has to do. */
function findSession(http: HttpContext, request: HttpRequest, { accessToken }: Credentials) {
  if (accessToken === null) return null;
  const claims = findClaims(http.auth.accessTokens, accessToken);
  if (claims === null || claims.tenantId !== http.tenantOf(request)) return null;
  return { tenantId: claims.tenantId, userId: claims.subject, sessionId: claims.sessionId };
}
