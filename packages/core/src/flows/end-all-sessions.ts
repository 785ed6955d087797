import { AuthError } from '../errors.js';
import type { AccountAct } from './account-act.js';
import type { FlowContext } from './flow-context.js';
import { recordSessionEnd } from './record-session-end.js';

/**
 * Ends every session of an account, whatever their number, because an administrator says so (ASVS 7.4.5). A sign-in that is
 * under way is stopped as well; the next one is as good as ever.
 *
 * @throws `AuthError` `account_not_found`, `store_unavailable`.
 */
export async function endAllSessions(auth: FlowContext, { user, actorId }: AccountAct): Promise<void> {
  const ref = { tenantId: user.tenantId, userId: user.userId };
  await auth.atomically(async (kept) => {
    if ((await kept.users.find(ref)) === null) throw new AuthError('account_not_found');
    await kept.sessions.endAll(ref);
    await recordSessionEnd(kept, ref, { reason: 'ended_by_administrator', actorId });
  });
}
