import { AuthError } from '../errors.js';
import { requireAddress } from './edge/require-address.js';
import type { Identity } from './guard.js';
import type { HttpContext } from './http-context.js';
import { defineProtectedRoute, type ProtectedRouteDefinition } from './protected-route.js';
import { requireRecentProof } from './recent-proof.js';
import type { Route } from './route.js';

/** What administrators need: the roles of an app grant it, or nobody has it. */
export type AdminPermission =
  | 'auth:users:read'
  | 'auth:users:write'
  | 'auth:roles:read'
  | 'auth:roles:write'
  | 'auth:audit:read';

/** A route for those whose roles grant a permission. */
export interface AdminRouteDefinition<Body, Query> extends ProtectedRouteDefinition<Body, Query> {
  readonly permission: AdminPermission;
}

/**
 * A protected route that asks for a permission before its handler hears of the request, and for a fresh proof of who it is
 * before it changes anything (ASVS 7.5.1, 8.2.1).
 */
export function defineAdminRoute<Body = undefined, Query = undefined>(
  http: HttpContext,
  { permission, ...definition }: AdminRouteDefinition<Body, Query>,
): Route {
  const isChange = definition.method !== 'GET';
  return defineProtectedRoute<Body, Query>(http, {
    ...definition,
    answers: {
      ...definition.answers,
      401: isChange
        ? 'Nobody is signed in, or the proof of who it is has to be fresh'
        : 'Nobody is signed in',
      403: `The roles of the sender do not grant \`${permission}\`, or the request does not come from the app itself`,
    },
    async handle(input, sender) {
      if (http.adminNetworks !== null) requireAddress(http, input.request, http.adminNetworks);
      await requirePermission(http, sender.identity, permission);
      if (isChange) requireRecentProof(http, sender.identity);
      return definition.handle(input, sender);
    },
  });
}

/**
 * Insists on the permission in the token and in the account as it is stored: whoever lost the role, or is disabled, is no
 * administrator any more from the next request on, however long the token lives (ASVS 8.3.2).
 */
async function requirePermission(
  { auth }: HttpContext,
  identity: Identity,
  permission: AdminPermission,
): Promise<void> {
  if (!identity.can(permission)) throw new AuthError('permission_denied');
  const held = await auth.findRights(identity);
  if (held === null) throw new AuthError('access_token_revoked');
  if (!auth.rights.can(held, permission)) throw new AuthError('permission_denied');
}
