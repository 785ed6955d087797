import type { AuthError } from '../errors.js';
import type { Identity } from './guard.js';
import type { HttpContext } from './http-context.js';
import { permissionDenied } from './permission-denied.js';
import { respondProblem, statusOf } from './problem.js';
import { reportRefusal } from './report-refusal.js';
import type { HttpRequest } from './request.js';
import type { HttpResponse } from './response.js';

/** The ids of the requests whose handlers were refused something. */
const requestIds = new WeakMap<AuthError, string>();

/** Refuses a handler what its user asked for, and records that as a guard does. */
export function refusePermission(
  http: HttpContext,
  request: HttpRequest,
  identity: Identity,
  permission: string,
  record: object | undefined,
): never {
  const error = permissionDenied(http.auth.policy, identity.principal, [permission], record);
  reportRefusal(http, request, error, { identity, demand: { missing: 'permission', name: permission } });
  requestIds.set(error, http.requestIdOf(request));
  // What frameworks go by that know no more of it.
  throw Object.assign(error, { statusCode: statusOf(error.code) });
}

/**
 * The answer to what `require` of an identity has thrown, the same that a guard gives; `null` for every other error. Bindings ask it in
 * their error handler.
 */
export function findRefusal(error: unknown): HttpResponse | null {
  const requestId = requestIds.get(error as AuthError);
  return requestId === undefined ? null : respondProblem(error as AuthError, requestId);
}
