import type { AuthError } from '../errors.js';
import type { HttpContext } from './http-context.js';
import { respondProblem } from './problem.js';
import { type Refused, reportRefusal } from './report-refusal.js';
import type { HttpRequest } from './request.js';
import type { HttpResponse, ResponseExtras } from './response.js';

/** The answer to a refusal or outage, which is reported where that is worth knowing. */
export function respondRefusal(
  http: HttpContext,
  request: HttpRequest,
  error: AuthError,
  { refused, ...extras }: ResponseExtras & { readonly refused?: Refused } = {},
): HttpResponse {
  reportRefusal(http, request, error, refused);
  return respondProblem(error, http.requestIdOf(request), extras);
}
