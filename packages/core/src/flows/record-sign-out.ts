import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { recordSessionEnd } from './record-session-end.js';

/**
 * Records that somebody signed out, unless their account was erased: an old token that is shown once more must not bring back
 * what the audit log has forgotten of them.
 *
 * @param actorId who did it, where it was somebody else: whoever signs in at a browser that still has the user's cookies.
 */
export async function recordSignOut(
  auth: FlowContext,
  user: UserRef,
  sessionId: string,
  actorId: string = user.userId,
): Promise<void> {
  const { tenantId, userId } = user;
  if ((await auth.users.find({ tenantId, userId })) === null) return;
  const end = { sessionId, reason: 'signed_out' } as const;
  await recordSessionEnd(auth, user, actorId === userId ? end : { ...end, actorId });
}
