import type { Policy, Principal } from '../domains/authorization/index.js';
import type { UserRecord, UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import type { UserRights } from './read-rights.js';

/** Whoever holds these rights, as the policy sees them. `attributes`: as far as they are known; default none. */
export function principalOf(
  { policy, now }: { readonly policy: Policy; now(): Date },
  { tenantId, userId }: UserRef,
  { roles, permissions }: Pick<UserRights, 'roles' | 'permissions'>,
  attributes: object = {},
): Principal {
  return policy.principal({
    ...{ tenantId, userId, roles, grants: permissions, now: now() },
    attributes: attributes as never,
  });
}

/** Somebody who has one role of the policy and nothing else. */
export function asRole(policy: Policy, role: string): Principal {
  return policy.principal({ userId: '', roles: [role] });
}

/** Somebody who has what a role made at run time grants, as far as the policy still knows it. */
export function asGrants(policy: Policy, grants: readonly string[]): Principal {
  return policy.principal({
    userId: '',
    roles: [],
    grants: policy.encodeGrants(grants.filter(policy.isGrant)),
  });
}

/** What somebody was granted, sorted, in the words in which it can be granted: rules for some roles are left out. */
export function listGiven(policy: Policy, principal: Principal): readonly string[] {
  return policy.listGrants(principal).filter(policy.isGrant).sort();
}

/** The permissions that a role may take away by a deny rule that it brings with it: to be without it may be more. */
export function listDenied(policy: Policy, given: Principal): readonly string[] {
  const granted = new Set(policy.listGrants(given));
  return policy.permissions.filter((permission) =>
    policy.rulesOf(permission).denies.some(({ grant }) => grant !== null && granted.has(grant)),
  );
}

/** What wildcards stand for today, so that they do not grow with the next release. */
export function spellOut(policy: Policy, grants: readonly string[]): readonly string[] {
  const spelt = grants.flatMap((grant) =>
    grant.includes('*') ? listGiven(policy, asGrants(policy, [grant])) : [grant],
  );
  return [...new Set(spelt)];
}

/**
 * From when on a user must have a second factor, or `null`: never. Whoever may do all that a role may which must have one, by
 * roles that were made at run time, counts as having the role.
 */
export function secondFactorDueAt(auth: FlowContext, user: UserRecord, rights: UserRights): Date | null {
  const { mfa, policy } = auth;
  if (mfa.requiredFor === 'everybody' || rights.permissions === null)
    return mfa.dueAt({ ...user, roles: rights.roles });
  const held = principalOf(auth, user, rights);
  const equalled = mfa.requiredFor.filter(
    (role) =>
      policy.listGrants(asRole(policy, role)).length > 0 &&
      // With all their roles: what one of these forbids them does not make less of what the others grant.
      policy.covers(held, policy.principal({ userId: '', roles: [...rights.roles, role] })),
  );
  return mfa.dueAt({ ...user, roles: [...rights.roles, ...equalled] });
}
