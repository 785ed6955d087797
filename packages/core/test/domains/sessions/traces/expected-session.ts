import { dayMs, floorMs, graceMs } from '../session-bench.js';

/** A session as the table of outcomes sees it: what a test knows of it without looking into any store. */
export interface ExpectedSession {
  readonly id: string;
  readonly user: number;
  /** The refresh token of each generation. */
  readonly tokens: string[];
  rotatedAtMs: number;
  hardRotatedAtMs: number | null;
  attempt: number | null;
  idleEndMs: number;
  readonly absoluteEndMs: number;
  isEnded: boolean;
  isDeleted: boolean;
}

export type ExpectedKind =
  | 'invalid'
  | 'unchanged'
  | 'rotated'
  | 'grace'
  | 'recovered'
  | 'superseded'
  | 'reuse';

export function isLive({ isEnded, idleEndMs, absoluteEndMs }: ExpectedSession, nowMs: number): boolean {
  return !isEnded && nowMs < idleEndMs && nowMs < absoluteEndMs;
}

/** The table of outcomes, row by row from the top. */
export function expectKind(
  session: ExpectedSession,
  generation: number,
  attempt: number | null,
  nowMs: number,
): ExpectedKind {
  const current = session.tokens.length - 1;
  const ageMs = nowMs - session.rotatedAtMs;
  if (!isLive(session, nowMs)) return 'invalid';
  if (generation === current && ageMs < floorMs) return 'unchanged';
  if (generation === current) return 'rotated';
  const isVoided = session.hardRotatedAtMs === session.rotatedAtMs;
  const isPrevious = generation === current - 1 && !isVoided;
  if (isPrevious && ageMs < graceMs) return 'grace';
  if (isPrevious && attempt !== null && attempt === session.attempt && ageMs < dayMs) return 'recovered';
  const isJustVoided = session.hardRotatedAtMs !== null && nowMs - session.hardRotatedAtMs < graceMs;
  return isJustVoided ? 'superseded' : 'reuse';
}

/** Notes that the session got this token now. */
export function noteRotation(
  session: ExpectedSession,
  token: string,
  attempt: number | null,
  nowMs: number,
): void {
  session.tokens.push(token);
  session.rotatedAtMs = nowMs;
  session.attempt = attempt;
  session.idleEndMs = Math.min(nowMs + 30 * dayMs, session.absoluteEndMs);
}
