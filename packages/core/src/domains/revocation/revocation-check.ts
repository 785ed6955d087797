import type { Revocation, RevocationSubject } from '../../stores/revocation.js';

/**
 * How this node answers right now.
 *
 * - `direct`: it asks the store each time, as it was told to.
 * - `fresh`: from its own memory, which is no older than the bound.
 * - `stale`: its copy is older, or not there yet, so it asks the store.
 * - `down`: its copy is older, and the store did not answer when it was last asked; whoever needs an answer gets
 *   `store_unavailable`.
 */
export type RevocationState = 'direct' | 'fresh' | 'stale' | 'down';

/** For metrics and alarms. Without names of users, sessions or tokens. */
export interface RevocationStatus {
  readonly state: RevocationState;
  /** How long ago the last complete read of the log began; `null` before the first, and with `direct`. */
  readonly lagMs: number | null;
  /** Entries held in memory. */
  readonly entries: number;
  /** Complete reads of the log. */
  readonly reads: number;
  readonly failedReads: number;
  /** How often the log did not go on from where this node was: a fail-over, a restored backup, an emptied server. */
  readonly resyncs: number;
  /** Why the last read failed, for the host's own log; absent after one that did not. */
  readonly cause?: unknown;
}

/** Answers whether access tokens are revoked. */
export interface RevocationCheck {
  /**
   * Whether the token, its session, or an epoch or version above its own is revoked, as of no longer ago than the bound. Without a
   * promise where the answer is in memory.
   *
   * @throws `AuthError` `store_unavailable` when nobody can say. Never treat that as "no".
   */
  isRevoked(subject: RevocationSubject): boolean | Promise<boolean>;

  /** Lets what was recorded in the store act on this node at once, and not only when it next reads the log. No I/O. */
  apply(revocations: readonly Revocation[]): void;

  /**
   * Begins to read the log, which the first check does by itself, and resolves when the copy is complete, or has turned out
   * to be more than `maxEntries`.
   *
   * @throws `AuthError` `store_unavailable` when the next read fails; it goes on trying.
   */
  start(): Promise<void>;

  /**
   * Resolves when every node has applied what was recorded before the call, or asks the store: after the bound of this node,
   * which none may exceed; at once with `direct`.
   */
  settled(): Promise<void>;

  /** How this node answers right now. */
  status(): RevocationStatus;

  /** Ends all reading; resolves when nothing is left open. Checks ask the store from then on. */
  close(): Promise<void>;
}
