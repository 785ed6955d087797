import { isAuthError } from '../errors.js';
import { type Authenticated, authenticate, endsCookies } from './authenticate.js';
import type { HttpContext } from './http-context.js';
import { respondProblem } from './problem.js';
import type { HttpResponse } from './response.js';
import { defineRoute, type Route, type RouteDefinition, type RouteInput } from './route.js';

/** A route that only signed-in users reach; its handler is told who asks. */
export interface ProtectedRouteDefinition<Body, Query>
  extends Omit<RouteDefinition<Body, Query>, 'handle' | 'isProtected'> {
  readonly handle: (
    input: RouteInput<Body, Query>,
    sender: Authenticated,
  ) => Promise<HttpResponse> | HttpResponse;
}

/** A line of the route table behind the same check as every guard, cookies of a refreshed session included. */
export function defineProtectedRoute<Body = undefined, Query = undefined>(
  http: HttpContext,
  definition: ProtectedRouteDefinition<Body, Query>,
): Route {
  return defineRoute<Body, Query>({
    ...definition,
    isProtected: true,
    answers: {
      401: 'Nobody is signed in',
      403: 'The request does not come from the app itself',
      503: 'Try again later',
      ...definition.answers,
    },
    async handle(input) {
      let cookies: readonly string[] = [];
      try {
        const sender = await authenticate(http, input.request);
        cookies = sender.cookies;
        const response = await definition.handle(input, sender);
        // What the handler sets comes last and wins: it may have renewed the session once more.
        return { ...response, cookies: [...cookies, ...response.cookies] };
      } catch (error) {
        if (!isAuthError(error)) throw error;
        return respondProblem(error, { cookies: endsCookies(error) ? http.cookies.clear() : cookies });
      }
    },
  });
}
