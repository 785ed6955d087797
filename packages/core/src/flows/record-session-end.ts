import type { AuthEvent } from '../events.js';
import type { SessionEndReason } from '../stores/session-store.js';
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

/** Ends one session of the user and records it, unless it was over already. @returns whether the user has such a session. */
export function endAndRecord(
  auth: FlowContext,
  user: UserRef,
  sessionId: string,
  reason: SessionEndReason,
): Promise<boolean> {
  return auth.recorded(async (kept) => {
    const ended = await kept.sessions.end(user, sessionId, reason);
    if (ended?.wasLive) await recordSessionEnd(kept, user, { sessionId, reason });
    return ended !== null;
  });
}
