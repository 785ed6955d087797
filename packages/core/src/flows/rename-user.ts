import type { UserRecord, UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';

/**
 * Sets or removes the display name. The name that the account has changes nothing, and is not recorded.
 *
 * @returns the account as it is now, or `null` when there is none.
 * @throws `AuthError` `store_unavailable`.
 */
export async function renameUser(
  auth: FlowContext,
  { tenantId, userId }: UserRef,
  name: string | null,
): Promise<UserRecord | null> {
  const ref = { tenantId, userId };
  return auth.recorded(async (kept) => {
    const before = await kept.users.find(ref);
    if (before === null || before.name === name) return before;
    const outcome = await kept.users.update({ ...ref, set: { name } });
    if (outcome.kind !== 'updated') return null;
    await kept.record({ type: 'user_updated', ...ref, fields: ['name'] });
    return outcome.user;
  });
}
