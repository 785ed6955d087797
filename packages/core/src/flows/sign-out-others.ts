import { AuthError } from '../errors.js';
import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { recordSessionEnd } from './record-session-end.js';

/**
 * Ends every session of the user but the one that asks, whose tokens stay good.
 *
 * @throws `AuthError` `access_token_revoked` when the asking session itself has just ended; `store_unavailable`.
 */
export async function signOutOthers(auth: FlowContext, user: UserRef, keepSessionId: string): Promise<void> {
  await auth.recorded(async (kept) => {
    const isKept = await kept.sessions.endOthers(user, keepSessionId);
    if (!isKept) throw new AuthError('access_token_revoked');
    await recordSessionEnd(kept, user, { exceptSessionId: keepSessionId, reason: 'signed_out_others' });
  });
}
