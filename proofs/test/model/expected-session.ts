/** What the design fixes, in milliseconds. */
export const floorMs = 12_000;
export const graceMs = 10_000;
export const recoveryMs = 86_400_000;
/** How long a revocation is kept: 15 minutes of an access token, and the leeway twice. */
export const accessTokenMs = 910_000;

/** An instant by the clock that everybody reads, and by one that never steps back. */
export interface Instant {
  readonly clockMs: number;
  readonly elapsedMs: number;
  /** The latest that the clock has ever shown. */
  readonly latestMs: number;
}

/** A session as the design sees it: what is known of it without looking into any store. */
export interface ExpectedSession {
  readonly ordinal: number;
  readonly id: string;
  readonly user: number;
  readonly device: number;
  readonly createdAtMs: number;
  readonly absoluteEndMs: number;
  /** The generation that the store holds. */
  generation: number;
  /** The generations whose tokens have reached somebody, oldest first. */
  readonly held: number[];
  /** When the generation at each index was replaced. */
  readonly retiredAt: Instant[];
  /** No token of a lower generation may yield anything: it was voided by a hard rotation. */
  voidBelow: number;
  rotatedAtMs: number;
  hardRotatedAtMs: number | null;
  attempt: number | null;
  idleEndMs: number;
  userEpoch: number;
  isEnded: boolean;
  endReason: string | null;
  isDeleted: boolean;
  /** Its secrets came from randomness that no test can choose, or of parallel requests any may have won. */
  hasSecretsOfItsOwn: boolean;
}

/** What somebody presents. */
export interface ExpectedPresentation {
  readonly session: ExpectedSession;
  readonly generation: number;
  readonly attempt: number | null;
}

export type ExpectedVerdict =
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

/** Whether it is past its absolute end, so that a store may have dropped it. */
export function isPast({ absoluteEndMs }: ExpectedSession, nowMs: number): boolean {
  return absoluteEndMs <= nowMs;
}

/** The table of outcomes, row by row from the top. */
export function expectVerdict(
  { session, generation, attempt }: ExpectedPresentation,
  nowMs: number,
): ExpectedVerdict {
  const ageMs = nowMs - session.rotatedAtMs;
  if (!isLive(session, nowMs)) return 'invalid';
  if (generation === session.generation && ageMs < floorMs) return 'unchanged';
  if (generation === session.generation) return 'rotated';
  const isPrevious = generation === session.generation - 1 && generation >= session.voidBelow;
  if (isPrevious && ageMs < graceMs) return 'grace';
  if (isPrevious && attempt !== null && attempt === session.attempt && ageMs < recoveryMs) return 'recovered';
  const isJustVoided = session.hardRotatedAtMs !== null && nowMs - session.hardRotatedAtMs < graceMs;
  return isJustVoided ? 'superseded' : 'reuse';
}

/** Whether a client that did all it should presents this, and so must get an answer that goes on. */
export function isHonest(presentation: ExpectedPresentation, now: Instant): boolean {
  const { session, generation, attempt } = presentation;
  if (!isLive(session, now.clockMs)) return false;
  if (generation === session.generation) return true;
  const retiredAt = session.retiredAt[generation];
  if (generation !== session.generation - 1 || generation < session.voidBelow || !retiredAt) return false;
  const isAttempt = attempt !== null && attempt === session.attempt;
  const isAsked = isAttempt && now.elapsedMs - retiredAt.elapsedMs < recoveryMs;
  return isAsked || now.elapsedMs - retiredAt.elapsedMs < graceMs;
}

/** Notes that the session has its next generation from now on. */
export function noteRotation(
  session: ExpectedSession,
  { attempt, isHard, idleLifetimeMs }: { attempt: number | null; isHard: boolean; idleLifetimeMs: number },
  now: Instant,
): void {
  session.retiredAt[session.generation] = now;
  session.generation += 1;
  session.rotatedAtMs = now.clockMs;
  session.attempt = attempt;
  session.idleEndMs = Math.min(now.clockMs + idleLifetimeMs, session.absoluteEndMs);
  if (!isHard) return;
  session.hardRotatedAtMs = now.clockMs;
  session.voidBelow = session.generation;
}

/** Notes that somebody holds the token of this generation. */
export function noteHolder(session: ExpectedSession, generation: number): void {
  if (!session.held.includes(generation)) session.held.push(generation);
  session.held.sort((a, b) => a - b);
}
