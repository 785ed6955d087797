import { isEqualTextConstantTime } from '../../crypto/constant-time.js';
import type { RotateCommand, RotateVerdict, SessionRecord } from '../session-store.js';

/** What the verdict on a presented refresh token depends on. */
export interface RotatableSession
  extends Pick<SessionRecord, 'generation' | 'secretHash' | 'rotatedAt' | 'hardRotatedAt'> {
  /** SHA-256 of the attempt id that made the last rotation. */
  readonly attemptHash: string | null;
}

/**
 * The verdict on a token presented to a live session: the reference for what adapters decide in SQL and Lua.
 *
 * The floor being no shorter than the grace is what makes "older than the predecessor" mean theft: two rotations never
 * fit into one grace, so an honest straggler is at most one generation behind.
 */
export function judgeRotation(session: RotatableSession, command: RotateCommand, now: Date): RotateVerdict {
  const ageMs = now.getTime() - session.rotatedAt.getTime();
  if (command.generation > session.generation) return 'ahead';
  if (command.generation === session.generation) {
    if (!isEqualTextConstantTime(command.secretHash, session.secretHash)) return 'fork';
    return ageMs < command.floorMs ? 'unchanged' : 'rotated';
  }

  const wasHard = session.hardRotatedAt?.getTime() === session.rotatedAt.getTime();
  if (command.generation === session.generation - 1 && !wasHard) {
    // This very command has run before: the driver sent it again after a lost reply.
    if (session.secretHash === command.next.secretHash) return 'rotated';
    if (ageMs < command.graceMs) return 'grace';
    const isSameAttempt = command.attemptHash !== null && command.attemptHash === session.attemptHash;
    if (isSameAttempt && ageMs < command.recoveryMs) return 'recovered';
  }

  const hardAgeMs = now.getTime() - (session.hardRotatedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  return hardAgeMs < command.graceMs ? 'superseded' : 'reuse';
}
