import type { UserRecord, UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';

/** Sets or removes the display name. @returns the account as it is now, or `null` when there is none. */
export async function renameUser(
  auth: FlowContext,
  { tenantId, userId }: UserRef,
  name: string | null,
): Promise<UserRecord | null> {
  const outcome = await auth.users.update({ tenantId, userId, set: { name } });
  return outcome.kind === 'updated' ? outcome.user : null;
}
