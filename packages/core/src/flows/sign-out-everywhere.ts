import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { recordSessionEnd } from './record-session-end.js';

/**
 * Ends every session of the user, this one included, whatever their number. A sign-in that is under way at this
 * moment is stopped as well.
 *
 * @throws `AuthError` `store_unavailable`.
 */
export async function signOutEverywhere(auth: FlowContext, user: UserRef): Promise<void> {
  await auth.recorded(async (kept) => {
    await kept.sessions.endAll(user);
    await recordSessionEnd(kept, user, { reason: 'signed_out_everywhere' });
  });
}
