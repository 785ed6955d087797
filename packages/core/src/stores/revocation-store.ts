import type { Revocation, RevocationSubject } from './revocation.js';
import type { RevocationLog } from './revocation-log.js';
import type { DescribedStore } from './store-traits.js';

/**
 * Holds what is revoked for as long as a token could carry it.
 *
 * - Missing: not revoked.
 * - Duplicate, any order, two callers at once: entries are united. The later `until` and the higher epoch or version stay, so
 *   nothing that was added ever gets weaker. The exception stays with its epoch: a higher epoch brings its own, or none; the
 *   same epoch with another exception leaves none. What a lower epoch revoked of the session that a higher one excepts stays
 *   revoked: the exception begins at the highest epoch that did not make it.
 * - An entry may be dropped after its `until` and never before.
 */
export interface RevocationStore extends DescribedStore {
  /** Lets nodes hold all entries in their own memory. Absent: every check asks {@link RevocationStore.isRevoked}. */
  readonly log?: RevocationLog;

  /** Adds all entries in one step. */
  add(revocations: readonly Revocation[]): Promise<void>;

  /**
   * Whether any entry names the token, its session, or an epoch or version above its own. Answered from the primary.
   *
   * A store that has the answer in memory gives it without a promise, so that a guard need not wait.
   */
  isRevoked(subject: RevocationSubject): boolean | Promise<boolean>;

  /** Deletes at most `limit` entries past their `until`. @returns how many; fewer than `limit` means all done. */
  deleteExpired(limit: number): Promise<number>;
}
