import type { Policy, Principal } from '../domains/authorization/index.js';
import type { UserRecord, UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import type { UserRights } from './read-rights.js';

/** Whoever holds these rights, as the policy sees them. */
export function principalOf(
  { policy, now }: { readonly policy: Policy; now(): Date },
  { tenantId, userId }: UserRef,
  { roles, permissions }: Pick<UserRights, 'roles' | 'permissions'>,
): Principal {
  return policy.principal({ tenantId, userId, roles, grants: permissions, now: now() });
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

/** Whether a role brings a deny rule with it, so that to be without it may be more. */
export function isRestricting(policy: Policy, given: Principal): boolean {
  const granted = new Set(policy.listGrants(given));
  return policy.permissions.some((permission) =>
    policy.rulesOf(permission).denies.some(({ grant }) => grant !== null && granted.has(grant)),
  );
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
  const equalled = mfa.requiredFor.filter((role) => {
    const given = asRole(policy, role);
    return policy.listGrants(given).length > 0 && policy.covers(held, given);
  });
  return mfa.dueAt({ ...user, roles: [...rights.roles, ...equalled] });
}
