import type { Policy, Principal } from '../domains/authorization/index.js';
import type { AccessTokenClaims } from '../domains/tokens/index.js';
import { andThen, type Identity } from './guard.js';
import type { HttpContext } from './http-context.js';
import type { HttpRequest } from './request.js';
import { refusePermission } from './require-permission.js';

/** Who a verified token is about, as guards and apps see them. Without a promise unless the app has to look something up. */
export function createIdentity(
  http: HttpContext,
  request: HttpRequest,
  claims: AccessTokenClaims,
): Identity | Promise<Identity> {
  const { userAttributes } = http;
  if (userAttributes === null) return identityWith(http, request, claims, undefined);
  const user = { tenantId: claims.tenantId, userId: claims.subject };
  return andThen(userAttributes(user), (attributes) => identityWith(http, request, claims, attributes));
}

function identityWith(
  http: HttpContext,
  request: HttpRequest,
  claims: AccessTokenClaims,
  attributes: object | undefined,
): Identity {
  const { policy, now } = http.auth;
  const { tenantId, subject: userId, roles } = claims;
  const principal = policy.principal({
    userId,
    tenantId,
    roles,
    attributes: attributes as never,
    grants: claims.permissions,
    now: now(),
  });
  const identity: Identity = {
    tenantId,
    userId,
    sessionId: claims.sessionId,
    roles,
    amr: claims.amr,
    authTime: claims.authTime,
    ...decisionsOf(policy, principal, (permission, record) =>
      refusePermission(http, request, identity, permission, record),
    ),
  };
  return identity;
}

/** What an identity says of what its user may. @param refuse throws. */
export function decisionsOf(
  policy: Policy,
  principal: Principal,
  refuse: (permission: string, record: object | undefined) => never,
): Pick<Identity, 'principal' | 'can' | 'decide' | 'require'> {
  // The names are known where the app is compiled.
  return {
    principal,
    can: (permission: string, record?: object) => policy.can(principal, permission as never, record as never),
    decide: (permission: string, record?: object) =>
      policy.decide(principal, permission as never, record as never),
    require(permission: string, record?: object) {
      if (!policy.can(principal, permission as never, record as never)) refuse(permission, record);
    },
  };
}
