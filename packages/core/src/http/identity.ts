import type { Policy, Principal } from '../domains/authorization/index.js';
import type { AccessTokenClaims } from '../domains/tokens/index.js';
import { andThen, type Identity } from './guard.js';
import type { HttpContext } from './http-context.js';

/** Who a verified token is about, as guards and apps see them. Without a promise unless the app has to look something up. */
export function createIdentity(http: HttpContext, claims: AccessTokenClaims): Identity | Promise<Identity> {
  const { userAttributes } = http;
  if (userAttributes === null) return identityWith(http, claims, undefined);
  const user = { tenantId: claims.tenantId, userId: claims.subject };
  return andThen(userAttributes(user), (attributes) => identityWith(http, claims, attributes));
}

function identityWith(
  { auth: { policy, now } }: HttpContext,
  claims: AccessTokenClaims,
  attributes: object | undefined,
): Identity {
  const { tenantId, subject: userId, roles } = claims;
  const principal = policy.principal({
    userId,
    tenantId,
    roles,
    attributes: attributes as never,
    grants: claims.permissions,
    now: now(),
  });
  return {
    tenantId,
    userId,
    sessionId: claims.sessionId,
    roles,
    amr: claims.amr,
    authTime: claims.authTime,
    ...decisionsOf(policy, principal),
  };
}

/** What an identity says of what its user may. */
export function decisionsOf(
  policy: Policy,
  principal: Principal,
): Pick<Identity, 'principal' | 'can' | 'decide'> {
  // The names are known where the app is compiled.
  return {
    principal,
    can: (permission: string, record?: object) => policy.can(principal, permission as never, record as never),
    decide: (permission: string, record?: object) =>
      policy.decide(principal, permission as never, record as never),
  };
}
