import { countNetwork, findRouteLimits } from './count-route.js';
import type { HttpContext } from './http-context.js';
import { reportRefusal } from './report-refusal.js';
import { forRequest } from './request-source.js';
import type { HttpResponse } from './response.js';
import { defineRoute, type Route, type RouteDefinition, type RouteInput } from './route.js';

/** What the handler of a ready-made route is given. */
export interface AuthRouteInput<Body = unknown, Query = unknown> extends RouteInput<Body, Query> {
  /** For this request: what is recorded with it names the request. On a protected route that is for it to see to. */
  readonly http: HttpContext;
}

/** A ready-made route. */
export interface AuthRouteDefinition<Body, Query> extends Omit<RouteDefinition<Body, Query>, 'handle'> {
  readonly handle: (input: AuthRouteInput<Body, Query>) => Promise<HttpResponse> | HttpResponse;
}

/**
 * A line of the ready-made route table: what it does and refuses is recorded with the id that its answer has, and the limits are
 * counted that the app gave it.
 */
export function defineAuthRoute<Body = undefined, Query = undefined>(
  http: HttpContext,
  { handle, ...definition }: AuthRouteDefinition<Body, Query>,
): Route {
  const limits = findRouteLimits(http, definition);
  const route = defineRoute<Body, Query>({
    ...definition,
    answers: { ...(limits !== null && { 429: 'Too many requests' }), ...definition.answers },
    handle(input) {
      const { request } = input;
      const own = { ...input, http: definition.isProtected === true ? http : forRequest(http, request) };
      if (limits === null) return handle(own);
      return countNetwork(http, request, limits).then(() => handle(own));
    },
  });
  const watch = {
    requestIdOf: http.requestIdOf,
    onRefused: (request, error) => reportRefusal(http, request, error),
  } satisfies Route['watch'];
  return { ...route, watch };
}
