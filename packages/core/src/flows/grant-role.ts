import { createId } from '../crypto/random.js';
import { AuthError } from '../errors.js';
import type { AccountAct } from './account-act.js';
import {
  findRole,
  judgeAndAct,
  listKeptRoles,
  requireAdministrationStays,
  requireCeiling,
  requireRoleStore,
  revokeOlder,
} from './change-roles.js';
import type { FlowContext } from './flow-context.js';

/** Somebody grants a role to a user. */
export interface RoleGrant extends AccountAct {
  readonly role: string;
  /** From when on it counts for nothing, or `null`. Default `null`. */
  readonly expiresAt?: Date | null;
}

/** Why a store did not grant it. */
const refusals = {
  role_missing: 'role_not_found',
  held_otherwise: 'grant_exceeds_ceiling',
  last_holder: 'last_administrator',
} as const;

/** Somebody takes a role from a user. */
export interface RoleRemoval extends AccountAct {
  readonly role: string;
}

/**
 * Grants a role of the code or one that was made at run time; one that the user has gets the expiry of now. Tokens that were
 * issued before are refused by every node, and a refresh gives one with the role; no session ends. The user is told.
 *
 * All of it happens or nothing where the stores share a database. Where the revocations are elsewhere, they come last: asking again
 * after a failure records them again.
 *
 * @throws `AuthError` `account_not_found`, `role_not_found`, `input_invalid` for an expiry that is not in the future,
 * `grant_exceeds_ceiling` when the role grants or denies what the actor does not hold for as long, grants what only another release
 * knows, keeps an administrator from administering, or takes the place of another one of its name that was not revoked before, `last_administrator` when the last of them would get an expiry, `store_unavailable`;
 * `TypeError` without `stores.roles` or for an expiry that is no instant.
 */
export async function grantRole(
  auth: FlowContext,
  { user, actorId, role, expiresAt = null }: RoleGrant,
): Promise<void> {
  const ref = { tenantId: user.tenantId, userId: user.userId };
  if (expiresAt !== null) requireFuture(auth, expiresAt);
  await auth.atomically(async (kept) => {
    const account = await kept.users.find(ref);
    if (account === null) throw new AuthError('account_not_found');
    const outcome = await judgeAndAct(async () => {
      const found = await findRole(kept, { ...ref, name: role });
      if (found === null) throw new AuthError('role_not_found');
      const given = found.isWhole ? found.given : null;
      const judgedBy = await requireCeiling(kept, ref.tenantId, actorId, given, expiresAt);
      if (actorId !== null) await requireAdministrationStays(kept, account, role);
      return requireRoleStore(kept).grant({
        ...{ ...ref, role, definition: found.definition, assignedBy: actorId, expiresAt },
        ...{ keepsOneOf: listKeptRoles(kept), commandId: createId(), judgedBy },
      });
    });
    if (outcome.kind !== 'granted') throw new AuthError(refusals[outcome.kind]);
    // Somebody may have erased them before the step above had its turn.
    if ((await kept.users.find(ref)) === null) {
      await requireRoleStore(kept).removeAll({ ...ref, keepsOneOf: [] });
      throw new AuthError('account_not_found');
    }
    await revokeOlder(kept, ref.tenantId, [{ userId: ref.userId, version: outcome.version }]);
    await kept.record({ type: 'authz_change', ...ref, actorId, act: 'granted', role, expiresAt });
    kept.notify({
      kind: 'role_granted',
      tenantId: ref.tenantId,
      to: account.email,
      name: account.name,
      role,
    });
  });
}

/**
 * Takes a role from a user, as {@link grantRole} gives it: whoever loses it is refused by every node from the next request on.
 * Nobody takes what they do not hold, and the last administrator stays. Where a role of the code and one that was made at run time
 * have one name, it is the one that the user has.
 *
 * @throws `AuthError` `role_not_found` when the user does not have it, also after what an interrupted call had left was done;
 * `grant_exceeds_ceiling`, `last_administrator`, `store_unavailable`; `TypeError` without `stores.roles`.
 */
export async function revokeRole(auth: FlowContext, { user, actorId, role }: RoleRemoval): Promise<void> {
  const ref = { tenantId: user.tenantId, userId: user.userId };
  const isRevoked = await auth.atomically(async (kept) => {
    const outcome = await judgeAndAct(async () => {
      const command = { ...ref, role, keepsOneOf: listKeptRoles(kept), commandId: createId() };
      if (actorId === null) return requireRoleStore(kept).revoke({ ...command, judgedBy: null });
      const { assignments } = await requireRoleStore(kept).findHeld(ref);
      const held = assignments.find((assignment) => assignment.role === role);
      const found = await findRole(kept, { ...ref, name: role, isCustom: held?.isCustom });
      // Of a role that this node does not know nobody can say what it grants.
      if (found === null) throw new AuthError('role_not_found');
      const judgedBy = await requireCeiling(kept, ref.tenantId, actorId, found.given, 'now');
      return requireRoleStore(kept).revoke({ ...command, definition: found.definition, judgedBy });
    });
    if (outcome.kind === 'last_holder') throw new AuthError('last_administrator');
    // Of one that was revoked before, too: that call may have failed here.
    if (outcome.version > 0)
      await revokeOlder(kept, ref.tenantId, [{ userId: ref.userId, version: outcome.version }]);
    if (outcome.kind === 'missing') return false;
    await kept.record({ type: 'authz_change', ...ref, actorId, act: 'revoked', role, expiresAt: null });
    const account = await kept.users.find(ref);
    if (account !== null) {
      const { email: to, name } = account;
      kept.notify({ kind: 'role_revoked', tenantId: ref.tenantId, to, name, role });
    }
    return true;
  });
  if (!isRevoked) throw new AuthError('role_not_found');
}

function requireFuture({ now }: FlowContext, expiresAt: Date): void {
  if (Number.isNaN(expiresAt.getTime())) throw new TypeError('expiresAt: must be an instant');
  if (expiresAt > now()) return;
  const fields = [{ pointer: '/expiresAt', detail: 'must be later than now' }];
  throw new AuthError('input_invalid', { fields });
}
