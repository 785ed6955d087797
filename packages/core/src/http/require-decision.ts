import { AuthError } from '../errors.js';
import { watchDecisions } from './decision-watch.js';
import { andThen, type Guard, type Verdict } from './guard.js';
import { createGuard } from './guards.js';
import type { HttpContext } from './http-context.js';
import { respondProblem } from './problem.js';
import type { HttpRequest } from './request.js';
import { sourceOf } from './request-source.js';
import type { HttpResponse } from './response.js';

/**
 * A guard that lets signed-in users through, and no answer out that nobody has decided about: a handler that was written
 * without a check answers 500 the first time it is tried, and not everybody for years (ASVS 8.2.1).
 */
export function requireDecision(http: HttpContext): Guard {
  const signedIn = createGuard(http, (_sender, request) => {
    watchDecisions(request);
    return true;
  });
  return (request) =>
    andThen(signedIn(request), (verdict): Verdict => {
      if (!verdict.isAllowed) return verdict;
      const watch = watchDecisions(request);
      // A refusal or failure of the app's own gives nothing away that was asked for. What is no number is no such status.
      const isFine = (status: number): boolean => watch.isDecided || status >= 400;
      return {
        ...verdict,
        review: (status, route) => (isFine(status) ? null : withhold(http, request, status, route)),
      };
    });
}

function withhold(
  http: HttpContext,
  request: HttpRequest,
  status: number,
  pattern: string | null,
): HttpResponse {
  const { method, originalUrl } = request;
  // Queries hold what people look for.
  const route = pattern ?? originalUrl.split('?', 1)[0] ?? '';
  const cause = new Error(`${method} ${route}: answered with ${status}, and nobody had asked for a decision`);
  const error = new AuthError('decision_missing', { cause });
  http.auth.reportError(error, { ...sourceOf(http, request), method, route });
  return respondProblem(error, http.requestIdOf(request));
}
