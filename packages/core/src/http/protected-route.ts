import { isAuthError } from '../errors.js';
import type { Demand } from '../events.js';
import { type AuthRouteDefinition, type AuthRouteInput, defineAuthRoute } from './auth-route.js';
import { type Authenticated, authenticate, endsCookies } from './authenticate.js';
import { countAccount, findRouteLimits } from './count-route.js';
import type { HttpContext } from './http-context.js';
import { isUnsafeMethod } from './request.js';
import { forRequest } from './request-source.js';
import { respondRefusal } from './respond-refusal.js';
import type { HttpResponse } from './response.js';
import type { Route } from './route.js';

/** A route that only signed-in users reach; its handler is told who asks. */
export interface ProtectedRouteDefinition<Body, Query>
  extends Omit<AuthRouteDefinition<Body, Query>, 'handle' | 'isProtected'> {
  /** What it asks for besides being signed in, as it is recorded of a refusal. */
  readonly demand?: Demand;
  readonly handle: (
    input: AuthRouteInput<Body, Query>,
    sender: Authenticated,
  ) => Promise<HttpResponse> | HttpResponse;
}

/**
 * A line of the route table behind the same check as every guard, cookies of a refreshed session included. What its handler does is
 * recorded with the session that did it.
 */
export function defineProtectedRoute<Body = undefined, Query = undefined>(
  app: HttpContext,
  { demand, ...definition }: ProtectedRouteDefinition<Body, Query>,
): Route {
  const limits = findRouteLimits(app, definition);
  return defineAuthRoute<Body, Query>(app, {
    ...definition,
    isProtected: true,
    answers: {
      401: 'Nobody is signed in',
      403: 'The request does not come from the app itself',
      ...(isUnsafeMethod(definition.method) && { 429: 'Too many requests' }),
      503: 'Try again later',
      ...definition.answers,
    },
    async handle(input) {
      const { http, request } = input;
      let sender: Authenticated | null = null;
      try {
        sender = await authenticate(http, request);
        const known = forRequest(http, request, sender.identity);
        if (limits !== null) await countAccount(known, sender.identity, limits);
        // What changes something is counted, wherever it comes from.
        if (isUnsafeMethod(definition.method)) await countAccount(known, sender.identity, 'api');
        const response = await definition.handle({ ...input, http: known }, sender);
        // What the handler sets comes last and wins: it may have renewed the session once more.
        return { ...response, cookies: [...sender.cookies, ...response.cookies] };
      } catch (error) {
        if (!isAuthError(error)) throw error;
        return respondRefusal(http, request, error, {
          cookies: endsCookies(error) ? http.cookies.clear() : (sender?.cookies ?? []),
          refused: { identity: sender?.identity ?? null, demand: demand ?? null },
        });
      }
    },
  });
}
