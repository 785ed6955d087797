import { AuthError } from '../errors.js';
import type { UserRecord } from '../stores/user-store.js';
import type { AccountAct } from './account-act.js';
import { suspendRoles } from './change-roles.js';
import type { FlowContext } from './flow-context.js';
import { recordSessionEnd } from './record-session-end.js';

/**
 * Disables an account and ends all its sessions (ASVS 7.4.2). A sign-in or refresh that is under way is stopped as well. The
 * owner is told. Disabling a disabled account ends its sessions again, keeps the instant and tells nobody.
 *
 * All of it happens or nothing where the stores share a database. Elsewhere the account comes first: after a failure in
 * between nobody can sign in or refresh, and asking again ends the sessions.
 *
 * @returns the account as it is now. It holds the password hash: build answers field by field.
 * @throws `AuthError` `account_protected` when somebody disables themselves, `last_administrator`,
 * `account_not_found`, `store_unavailable`.
 */
export async function disableUser(auth: FlowContext, { user, actorId }: AccountAct): Promise<UserRecord> {
  const ref = { tenantId: user.tenantId, userId: user.userId };
  if (actorId === ref.userId) throw new AuthError('account_protected');

  return auth.atomically(async (kept) => {
    // First: whoever changes roles of the tenant waits for it, and locks nothing before.
    if ((await kept.users.find(ref)) === null) throw new AuthError('account_not_found');
    await suspendRoles(kept, ref);
    // Links that are on their way open nothing any more.
    await kept.oneTimeTokens.voidAll(ref);
    const before = await kept.users.find(ref);
    if (before === null) throw new AuthError('account_not_found');
    const disabledAt = before.disabledAt ?? auth.now();
    const outcome = await kept.users.update({ ...ref, set: { disabledAt } });
    if (outcome.kind !== 'updated') throw new AuthError('account_not_found');

    // After the account: a sign-in that begins in between finds it disabled, one that began before is stopped here.
    await kept.sessions.endAll(ref);
    // Again, for whoever was remembered while this was under way.
    await kept.oneTimeTokens.voidAll(ref);
    if (before.disabledAt === null) {
      await kept.record({ type: 'user_disabled', ...ref, actorId });
      await recordSessionEnd(kept, ref, { reason: 'user_disabled', actorId });
      const { email: to, name } = outcome.user;
      kept.notify({ kind: 'account_disabled', tenantId: ref.tenantId, to, name });
    }
    return outcome.user;
  });
}
