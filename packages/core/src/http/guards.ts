import { AuthError, isAuthError } from '../errors.js';
import type { Demand } from '../events.js';
import { type Authenticated, authenticate, endsCookies } from './authenticate.js';
import { originVary } from './check-origin.js';
import { followIdentity, noteDecision } from './decision-watch.js';
import { andThen, type Guard, type Verdict } from './guard.js';
import type { HttpContext } from './http-context.js';
import { type Refused, reportRefusal } from './report-refusal.js';
import type { HttpRequest } from './request.js';
import { respondRefusal } from './respond-refusal.js';

/** Whether a signed-in user may make the request; without a promise where it can be told at once. */
export type Judge = (sender: Authenticated, request: HttpRequest) => boolean | Promise<boolean>;

/**
 * A guard that lets signed-in users through whom `isAllowed` accepts; others get 403, or what it throws.
 *
 * @param demand what whoever gets 403 lacked, as it is recorded; `null` where the guard does not decide what somebody may do.
 */
export function createGuard(http: HttpContext, isAllowed: Judge, demand: Demand | null = null): Guard {
  return (request: HttpRequest) => {
    const judge = (sender: Authenticated): Verdict | Promise<Verdict> => {
      const { identity, cookies } = sender;
      const fail = (error: unknown): Verdict => refuse(http, request, error, { cookies, identity, demand });
      const enforce = (allowed: boolean): Verdict => {
        if (allowed !== true) return fail(new AuthError('permission_denied'));
        if (demand !== null) noteDecision(request);
        return { isAllowed: true, identity: followIdentity(request, identity), cookies };
      };
      try {
        const allowed = isAllowed(sender, request);
        const verdict = andThen(allowed, enforce);
        return verdict instanceof Promise ? verdict.catch(fail) : verdict;
      } catch (error) {
        return fail(error);
      }
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
