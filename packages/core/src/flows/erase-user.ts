import { AuthError } from '../errors.js';
import type { UserRef } from '../stores/user-store.js';
import type { AccountAct } from './account-act.js';
import { removeRoles } from './change-roles.js';
import type { FlowContext } from './flow-context.js';
import { recordSessionEnd } from './record-session-end.js';

/**
 * Deletes an account for good, with its roles, its one-time tokens, its second factor and its sessions, whose tokens are dead at once. The
 * owner is told. The address is free; whoever registers it next has another id, and inherits nothing.
 *
 * What stays: entries of the audit log, under a pseudonym that is nobody's any more, and the rows of ended sessions until `deleteExpired` takes them.
 *
 * All of it happens or nothing where the stores share a database. Elsewhere the account comes first: a sign-in that begins in
 * between finds none, and one that began before is stopped by the end of the sessions, which comes last. After a failure in
 * between ask again: what is left is cleared away, and `account_not_found` says that this was all.
 *
 * @throws `AuthError` `account_not_found`, `last_administrator`, `store_unavailable`; `TypeError` where `stores.users` cannot delete.
 */
export async function eraseUser(auth: FlowContext, { user, actorId }: AccountAct): Promise<void> {
  if (auth.users.delete === undefined) throw new TypeError('stores.users.delete: missing');
  const ref = { tenantId: user.tenantId, userId: user.userId };
  const isErased = await auth.atomically(async (kept) => {
    // Whoever changes roles of the tenant waits for it, and locks nothing before.
    await removeRoles(kept, ref);
    // Then as where a password changes: two flows that lock in two orders would wait for each other.
    await kept.oneTimeTokens.voidAll(ref);
    const isDeleted = await deleteAccount(kept, ref, actorId);
    await kept.secondFactors.remove(ref);
    if (isDeleted || (await hasBeenHere(kept, ref))) await kept.sessions.endAll(ref);
    if (isDeleted) await recordSessionEnd(kept, ref, { reason: 'user_deleted', actorId });
    return isDeleted;
  });
  // Once it is recorded: from here on nobody can tell whose entries those were.
  await auth.audit?.forget(ref);
  // Only now, so that what was left has been cleared away for good.
  if (!isErased) throw new AuthError('account_not_found');
}

async function deleteAccount(auth: FlowContext, user: UserRef, actorId: string | null): Promise<boolean> {
  const account = await auth.users.find(user);
  if (account === null || (await auth.users.delete?.(user)) !== true) return false;
  await auth.record({ type: 'user_deleted', ...user, actorId });
  const { tenantId, email: to, name } = account;
  auth.notify({ kind: 'account_deleted', tenantId, to, name });
  return true;
}

/** Whether there may be sessions of an account that is gone. Ids that nobody ever had must leave no trace by being asked for. */
async function hasBeenHere({ sessions }: FlowContext, user: UserRef): Promise<boolean> {
  const { epochs } = await sessions.beginSignIn(user);
  return epochs.userEpoch > 0 || (await sessions.list(user, { limit: 1 })).sessions.length > 0;
}
