import { AuthError } from '../errors.js';
import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { endAndRecord } from './record-session-end.js';

/**
 * Ends one of the user's own sessions. Another user's and an unknown id get the same answer.
 *
 * @throws `AuthError` `session_not_found`, `store_unavailable`.
 */
export async function endSession(auth: FlowContext, user: UserRef, sessionId: string): Promise<void> {
  const isOwn = await endAndRecord(auth, user, sessionId, 'ended_by_user');
  if (!isOwn) throw new AuthError('session_not_found');
}
