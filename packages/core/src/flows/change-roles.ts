import type { Principal } from '../domains/authorization/index.js';
import { AuthError, storeUnavailable } from '../errors.js';
import type { ChangedHolder, OutdatedOutcome, RoleJudge, RoleStore } from '../stores/role-store.js';
import type { UserRecord, UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { findRights, readRights, readToTokenMs } from './read-rights.js';
import { asGrants, asRole, listDenied, principalOf } from './role-principals.js';

/** The permission without which nobody could grant roles any more. */
const administration = 'auth:roles:write';

/** How often something is judged, where others change all the time what it is judged by. */
const maxJudgements = 5;

/** Entries added to the store in one step. */
const revocationBatch = 500;

/** @throws `TypeError` without `stores.roles`. */
export function requireRoleStore({ roleStore }: FlowContext): RoleStore {
  if (roleStore === null) throw new TypeError('stores.roles: missing');
  return roleStore;
}

/** How long something has to be held to count: at least until then, for good (`null`), or just now. */
type HeldUntil = Date | null | 'now';

/**
 * The roles of the code of which somebody in the tenant must keep one. What a rule denies to some, by who they are or when, makes
 * no role less than one that administers.
 */
export function listKeptRoles({ policy }: FlowContext): readonly string[] {
  return policy.roles.filter((role) => {
    const given = asRole(policy, role);
    if (policy.can(given, administration)) return true;
    return (
      policy.listGrants(given).includes(administration) && !listDenied(policy, given).includes(administration)
    );
  });
}

/**
 * Insists that nobody gives or takes what is more than their own (ASVS 8.2.1). The app itself, `null`, may do anything. A role
 * that comes with a deny rule is worth what the rule takes away: who does not hold that puts it on nobody and takes it off nobody.
 *
 * @param given what is given or taken; `null` where that is not known here, which is more than anybody's.
 * @param heldUntil how long the actor must hold what is given: as long as it is given for.
 * @returns whom the step is judged by, for the store to insist on.
 * @throws `AuthError` `grant_exceeds_ceiling`, also where the actor is gone or disabled.
 */
export async function requireCeiling(
  auth: FlowContext,
  tenantId: string,
  actorId: string | null,
  given: Principal | null,
  heldUntil: HeldUntil,
): Promise<RoleJudge | null> {
  if (actorId === null) return null;
  const { policy } = auth;
  const actor = { tenantId, userId: actorId };
  const held = await findRights(auth, actor);
  if (held === null || given === null) throw new AuthError('grant_exceeds_ceiling');
  // Both: what is denied to them today they do not give for later.
  const rights = heldUntil === 'now' ? [held] : [held, held.lastingUntil(heldUntil)];
  const owned = rights.map((right) => principalOf(auth, actor, right));
  const touched = [given, asGrants(policy, listDenied(policy, given))];
  if (!owned.every((own) => touched.every((one) => policy.covers(own, one))))
    throw new AuthError('grant_exceeds_ceiling');
  return { userId: actorId, version: held.version };
}

/**
 * Reads, judges and acts, and again as long as somebody else changed in between what was judged. In a transaction the second time is
 * the last: from the first step on nobody else changes roles of the tenant.
 *
 * @throws `AuthError` `store_unavailable` when it never was still so.
 */
export async function judgeAndAct<Outcome extends { readonly kind: string }>(
  act: () => Promise<Outcome | OutdatedOutcome>,
): Promise<Outcome> {
  for (let judgements = 0; judgements < maxJudgements; judgements++) {
    const outcome = await act();
    if (!isOutdated(outcome)) return outcome;
  }
  throw storeUnavailable(new Error('the roles changed each time before what was judged could be done'));
}

function isOutdated(outcome: { readonly kind: string }): outcome is OutdatedOutcome {
  return outcome.kind === 'outdated';
}

/** What a role is that there is: its definition where it is a custom one, `null` where it is one of the code. */
interface FoundRole {
  readonly definition: string | null;
  readonly given: Principal;
  /** Whether `given` is all of it: a custom role may grant what only another release knows. */
  readonly isWhole: boolean;
}

/** Names a role. */
interface RoleName {
  readonly tenantId: string;
  readonly name: string;
  /** Which of the two. Default: the one of the code, where it has one. */
  readonly isCustom?: boolean | undefined;
}

/** The role of this name, or `null`. */
export async function findRole(
  auth: FlowContext,
  { tenantId, name, isCustom = !auth.policy.isRole(name) }: RoleName,
): Promise<FoundRole | null> {
  const { policy } = auth;
  if (!isCustom)
    return policy.isRole(name) ? { definition: null, given: asRole(policy, name), isWhole: true } : null;
  const custom = await requireRoleStore(auth).findRole({ tenantId, name });
  if (custom === null) return null;
  const { revision, permissions } = custom;
  return {
    definition: revision,
    given: asGrants(policy, permissions),
    isWhole: permissions.every(policy.isGrant),
  };
}

/**
 * Has every node refuse what was issued of older roles, also by steps that had read them and are under way. A failure is told to the
 * caller, and asking again does it again: until then those tokens are good.
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

/**
 * Insists that nobody but the app makes an administrator of somebody whom a role keeps from administering, or puts such a role on one:
 * they would count as who is left.
 *
 * @throws `AuthError` `grant_exceeds_ceiling`.
 */
export async function requireAdministrationStays(
  auth: FlowContext,
  user: UserRecord,
  role: string,
): Promise<void> {
  const { policy } = auth;
  const { roles } = await readRights(auth, user);
  const all = policy.principal({ userId: '', roles: [...roles, role] });
  if (!listDenied(policy, all).includes(administration)) return;
  const kept = listKeptRoles(auth);
  if ([...roles, role].some((name) => kept.includes(name))) throw new AuthError('grant_exceeds_ceiling');
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
