import type { HttpContext } from '../http-context.js';
import { defineProtectedRoute } from '../protected-route.js';
import { respondJson } from '../response.js';
import type { Route } from '../route.js';

/** `GET /csrf` */
export function createCsrfRoute(http: HttpContext, basePath: string): Route {
  return defineProtectedRoute(http, {
    method: 'GET',
    path: `${basePath}/csrf`,
    summary: 'The value that this session echoes in X-CSRF-Token to change state',
    answers: { 200: 'A token, valid as long as the session' },
    handle: (_input, { identity }) =>
      respondJson(200, { csrfToken: http.auth.csrfTokens.issue(identity.sessionId) }),
  });
}
