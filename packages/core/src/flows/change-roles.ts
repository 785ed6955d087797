import type { Principal } from '../domains/authorization/index.js';
import { AuthError } from '../errors.js';
import type { ChangedHolder, CustomRole, RoleStore } from '../stores/role-store.js';
import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { findRights, type HeldUntil, readToTokenMs } from './read-rights.js';
import { asGrants, asRole, principalOf } from './role-principals.js';

/** The permission without which nobody could grant roles any more. */
const administration = 'auth:roles:write';

/** Entries added to the store in one step. */
const revocationBatch = 500;

/** @throws `TypeError` without `stores.roles`. */
export function requireRoleStore({ roleStore }: FlowContext): RoleStore {
  if (roleStore === null) throw new TypeError('stores.roles: missing');
  return roleStore;
}

/** The roles of the code of which somebody in the tenant must keep one. */
export function listKeptRoles({ policy }: FlowContext): readonly string[] {
  return policy.roles.filter((role) => policy.can(asRole(policy, role), administration));
}

/**
 * Insists that nobody gives or takes what is more than their own (ASVS 8.2.1). The app itself, `null`, may do anything.
 *
 * @param heldUntil how long the actor must hold what is given: as long as it is given for.
 * @throws `AuthError` `grant_exceeds_ceiling`, also where the actor is gone or disabled.
 */
export async function requireCeiling(
  auth: FlowContext,
  tenantId: string,
  actorId: string | null,
  given: Principal,
  heldUntil: HeldUntil,
): Promise<void> {
  if (actorId === null) return;
  const actor = { tenantId, userId: actorId };
  const held = await findRights(auth, actor, heldUntil);
  if (held === null || !auth.policy.covers(principalOf(auth, actor, held), given))
    throw new AuthError('grant_exceeds_ceiling');
}

/** What a role is: one of the code, a custom one, or `null` where there is none of the name. */
export async function findRole(
  auth: FlowContext,
  tenantId: string,
  name: string,
): Promise<{ readonly custom: CustomRole | null; readonly given: Principal } | null> {
  if (auth.policy.isRole(name)) return { custom: null, given: asRole(auth.policy, name) };
  const custom = await requireRoleStore(auth).findRole({ tenantId, name });
  return custom && { custom, given: asGrants(auth.policy, custom.permissions) };
}

/**
 * Has every node refuse what was issued of older roles, also by steps that had read them and are under way. A failure is told to the caller, and asking again does it again: until
 * then those tokens are good.
 */
export async function revokeOlder(
  auth: FlowContext,
  tenantId: string,
  holders: readonly ChangedHolder[],
): Promise<void> {
  const until = new Date(auth.now().getTime() + readToTokenMs + auth.accessTokens.longestAliveMs);
  for (let from = 0; from < holders.length; from += revocationBatch) {
    const batch = holders.slice(from, from + revocationBatch);
    await auth.revoke(
      batch.map(({ userId, version }) => ({ kind: 'roles', tenantId, userId, version, until }) as const),
    );
  }
}

/** Before somebody is disabled. @throws `AuthError` `last_administrator`. */
export async function suspendRoles(auth: FlowContext, { tenantId, userId }: UserRef): Promise<void> {
  const command = { tenantId, userId, keepsOneOf: listKeptRoles(auth) };
  if (auth.roleStore !== null && !(await auth.roleStore.suspend(command)))
    throw new AuthError('last_administrator');
}

/** Before somebody is erased. @throws `AuthError` `last_administrator`. */
export async function removeRoles(auth: FlowContext, { tenantId, userId }: UserRef): Promise<void> {
  const { roleStore } = auth;
  if (roleStore === null) return;
  const ref = { tenantId, userId };
  // Ids that nobody ever had must leave no trace by being asked for.
  const isKnown = (await auth.users.find(ref)) !== null || (await roleStore.findHeld(ref)).version > 0;
  if (isKnown && !(await roleStore.removeAll({ ...ref, keepsOneOf: listKeptRoles(auth) })))
    throw new AuthError('last_administrator');
}
