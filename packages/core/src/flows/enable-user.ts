import { AuthError } from '../errors.js';
import type { UserRecord } from '../stores/user-store.js';
import type { AccountAct } from './account-act.js';
import type { FlowContext } from './flow-context.js';

/**
 * Enables a disabled account: its owner can sign in again. Sessions and tokens from before stay dead. Enabling an enabled
 * account changes nothing and records nothing.
 *
 * @returns the account as it is now. It holds the password hash: build answers field by field.
 * @throws `AuthError` `account_not_found`, `store_unavailable`.
 */
export async function enableUser(auth: FlowContext, { user, actorId }: AccountAct): Promise<UserRecord> {
  const ref = { tenantId: user.tenantId, userId: user.userId };
  return auth.atomically(async (kept) => {
    const before = await kept.users.find(ref);
    if (before === null) throw new AuthError('account_not_found');
    // Roles before the account, as where somebody is disabled: two acts that lock in two orders would wait for each other.
    await kept.roleStore?.resume(ref);
    if (before.disabledAt === null) return before;
    const outcome = await kept.users.update({ ...ref, set: { disabledAt: null } });
    if (outcome.kind !== 'updated') throw new AuthError('account_not_found');
    await kept.record({ type: 'user_enabled', ...ref, actorId });
    return outcome.user;
  });
}
