import type { AuthEvent } from '../events.js';
import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';

type SessionEnd = Extract<AuthEvent, { type: 'session_ended' }>;

/** Records that sessions of the user have ended: one by its id or, without one, all but an exception. */
export function recordSessionEnd(
  auth: FlowContext,
  { tenantId, userId }: UserRef,
  end: Pick<SessionEnd, 'reason'> & Partial<Pick<SessionEnd, 'sessionId' | 'exceptSessionId' | 'actorId'>>,
): Promise<void> {
  return auth.record({
    type: 'session_ended',
    tenantId,
    userId,
    sessionId: null,
    exceptSessionId: null,
    ...end,
  });
}
