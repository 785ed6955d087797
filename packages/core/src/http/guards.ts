import { AuthError, isAuthError } from '../errors.js';
import type { Demand } from '../events.js';
import { type Authenticated, authenticate, endsCookies } from './authenticate.js';
import { originVary } from './check-origin.js';
import { andThen, type Guard, type Verdict } from './guard.js';
import type { HttpContext } from './http-context.js';
import { type Refused, reportRefusal } from './report-refusal.js';
import type { HttpRequest } from './request.js';
import { respondRefusal } from './respond-refusal.js';

/**
 * A guard that lets signed-in users through whom `isAllowed` accepts; others get 403, or what it throws.
 *
 * @param demand what whoever gets 403 lacked, as it is recorded.
 */
export function createGuard(
  http: HttpContext,
  isAllowed: (sender: Authenticated) => boolean,
  demand: Demand | null = null,
): Guard {
  return (request: HttpRequest) => {
    const judge = (sender: Authenticated): Verdict => {
      try {
        if (!isAllowed(sender)) throw new AuthError('permission_denied');
      } catch (error) {
        return refuse(http, request, error, { cookies: sender.cookies, identity: sender.identity, demand });
      }
      return { isAllowed: true, identity: sender.identity, cookies: sender.cookies };
    };
    try {
      const verdict = andThen(authenticate(http, request), judge);
      return verdict instanceof Promise
        ? verdict.catch((error: unknown) => refuse(http, request, error))
        : verdict;
    } catch (error) {
      return refuse(http, request, error);
    }
  };
}

/** What the client did wrong becomes an answer; a bug stays an error, for the host's own handler. */
function refuse(
  http: HttpContext,
  request: HttpRequest,
  error: unknown,
  { cookies = [], ...refused }: Refused & { readonly cookies?: readonly string[] } = {},
): Verdict {
  if (!isAuthError(error)) {
    reportRefusal(http, request, error);
    throw error;
  }
  return {
    isAllowed: false,
    response: respondRefusal(http, request, error, {
      refused,
      headers: originVary(request),
      cookies: endsCookies(error) ? http.cookies.clear() : cookies,
    }),
  };
}
