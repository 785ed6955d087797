import type { OwnPermission } from '../domains/authorization/index.js';
import { AuthError } from '../errors.js';
import { principalOf } from '../flows/index.js';
import { requireAddress } from './edge/require-address.js';
import type { Identity } from './guard.js';
import type { HttpContext } from './http-context.js';
import { permissionDenied } from './permission-denied.js';
import { defineProtectedRoute, type ProtectedRouteDefinition } from './protected-route.js';
import { requireRecentProof } from './recent-proof.js';
import type { Route } from './route.js';

/** A route for those whose roles grant a permission. */
export interface AdminRouteDefinition<Body, Query> extends ProtectedRouteDefinition<Body, Query> {
  readonly permission: OwnPermission;
}

/**
 * A protected route that asks for a permission before its handler hears of the request, and for a fresh proof of who it is
 * before it changes anything (ASVS 7.5.1, 8.2.1).
 */
export function defineAdminRoute<Body = undefined, Query = undefined>(
  app: HttpContext,
  { permission, ...definition }: AdminRouteDefinition<Body, Query>,
): Route {
  const isChange = definition.method !== 'GET';
  return defineProtectedRoute<Body, Query>(app, {
    ...definition,
    demand: { missing: 'permission', name: permission },
    answers: {
      ...definition.answers,
      401: isChange
        ? 'Nobody is signed in, or the proof of who it is has to be fresh'
        : 'Nobody is signed in',
      403: `The roles of the sender do not grant \`${permission}\`, or the request does not come from the app itself`,
    },
    async handle(input, sender) {
      const { http } = input;
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
  permission: OwnPermission,
): Promise<void> {
  const { policy } = auth;
  if (!identity.can(permission)) throw permissionDenied(policy, identity.principal, [permission]);
  const held = await auth.findRights(identity);
  if (held === null) throw new AuthError('access_token_revoked');
  const principal = principalOf(auth, identity, held, identity.principal.attributes);
  if (!policy.can(principal, permission)) throw permissionDenied(policy, principal, [permission]);
}
