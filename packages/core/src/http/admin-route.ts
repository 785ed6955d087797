import { AuthError } from '../errors.js';
import type { HttpContext } from './http-context.js';
import { defineProtectedRoute, type ProtectedRouteDefinition } from './protected-route.js';
import type { Route } from './route.js';

/** A route for those whose roles grant a permission. */
export interface AdminRouteDefinition<Body, Query> extends ProtectedRouteDefinition<Body, Query> {
  /** What the sender needs, such as `auth:users:read`. */
  readonly permission: string;
}

/** A protected route that asks for a permission before its handler hears of the request. It acts within the sender's tenant. */
export function defineAdminRoute<Body = undefined, Query = undefined>(
  http: HttpContext,
  { permission, ...definition }: AdminRouteDefinition<Body, Query>,
): Route {
  return defineProtectedRoute<Body, Query>(http, {
    ...definition,
    handle(input, sender) {
      if (!sender.identity.can(permission)) throw new AuthError('permission_denied');
      return definition.handle(input, sender);
    },
  });
}
