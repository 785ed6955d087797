import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { recordSessionEnd } from './record-session-end.js';

/**
 * Records that somebody signed out, unless their account was erased: an old token that is shown once more must not bring back
 * what the audit log has forgotten of them.
 */
export async function recordSignOut(auth: FlowContext, user: UserRef, sessionId: string): Promise<void> {
  const { tenantId, userId } = user;
  if ((await auth.users.find({ tenantId, userId })) === null) return;
  await recordSessionEnd(auth, user, { sessionId, reason: 'signed_out' });
}
