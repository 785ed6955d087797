import { isAuthError } from '../../errors.js';
import type { Allowed, Guard, Verdict } from '../guard.js';
import type { HttpContext } from '../http-context.js';
import { reportRefusal } from '../report-refusal.js';
import type { HttpRequest } from '../request.js';
import { respondRefusal } from '../respond-refusal.js';

/** What a guard says that lets everybody through. */
export const allowed: Allowed = { isAllowed: true, identity: null, cookies: [] };

/** A guard that asks nobody who they are: it lets through whom `check` does not refuse by throwing. */
export function createOpenGuard(http: HttpContext, check: (request: HttpRequest) => void): Guard {
  return (request) => {
    try {
      check(request);
      return allowed;
    } catch (error) {
      return refuse(http, request, error);
    }
  };
}

/** What the client did wrong becomes an answer; a bug stays an error, for the host's own handler. */
export function refuse(
  http: HttpContext,
  request: HttpRequest,
  error: unknown,
  headers: Readonly<Record<string, string>> = {},
): Verdict {
  if (!isAuthError(error)) {
    reportRefusal(http, request, error);
    throw error;
  }
  return { isAllowed: false, response: respondRefusal(http, request, error, { headers }) };
}
