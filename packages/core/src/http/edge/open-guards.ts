import { isAuthError } from '../../errors.js';
import type { Allowed, Guard, Verdict } from '../guard.js';
import { respondProblem } from '../problem.js';
import type { HttpRequest } from '../request.js';

/** What a guard says that lets everybody through. */
export const allowed: Allowed = { isAllowed: true, identity: null, cookies: [] };

/** A guard that asks nobody who they are: it lets through whom `check` does not refuse by throwing. */
export function createOpenGuard(check: (request: HttpRequest) => void): Guard {
  return (request) => {
    try {
      check(request);
      return allowed;
    } catch (error) {
      return refuse(error);
    }
  };
}

/** What the client did wrong becomes an answer; a bug stays an error, for the host's own handler. */
export function refuse(error: unknown, headers: Readonly<Record<string, string>> = {}): Verdict {
  if (!isAuthError(error)) throw error;
  return { isAllowed: false, response: respondProblem(error, { headers }) };
}
