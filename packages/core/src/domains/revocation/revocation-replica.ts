import type { Clock } from '../../clock.js';
import { storeUnavailable } from '../../errors.js';
import type { Revocation, RevocationSubject } from '../../stores/revocation.js';
import type { RevocationLog } from '../../stores/revocation-log.js';
import { createRevocationSet, type RevocationSet } from '../../stores/revocation-set.js';
import type { RevocationStore } from '../../stores/revocation-store.js';
import type { RevocationPolicy } from './revocation-policy.js';
import type { Instant, Stopwatch } from './stopwatch.js';
import { createUnreadEntries } from './unread-entries.js';

/** What a replica is made of. */
export interface RevocationReplicaOptions {
  readonly store: RevocationStore;
  readonly log: RevocationLog;
  readonly policy: RevocationPolicy;
  readonly clock: Clock;
  readonly stopwatch: Stopwatch;
}

/** All revocations in the memory of this node, as of the last time it read the log. Reads only when told to. */
export interface RevocationReplica {
  /** How many entries it holds. */
  readonly size: number;
  /** How often it had to start again from the beginning. */
  readonly resyncs: number;

  /** How long ago the last complete read began, in milliseconds; infinite before the first. */
  ageMs(): number;
  /** Whether its answers are within the bound. */
  isFresh(): boolean;
  isRevoked(subject: RevocationSubject): boolean;
  /** Holds entries that this node has just recorded, before it reads them. */
  apply(revocations: readonly Revocation[]): void;
  /**
   * Reads all there is to read. Never two at a time. @returns whether it has read: after too many entries it waits.
   * @throws what the store rejects with; what was read is kept.
   */
  read(): Promise<boolean>;
}

/** Entries added to the store in one step when it has to be told again. */
const addBatch = 500;
/** Entries looked at at each read to find expired ones: 1,000,000 in less than a minute at four reads a second. */
const sweepCount = 5_000;
/** How long to wait after too many entries before it is tried again. */
const overfullMs = 60_000;

/** An empty replica. */
export function createRevocationReplica(options: RevocationReplicaOptions): RevocationReplica {
  const { store, log, policy, clock, stopwatch } = options;
  const unread = createUnreadEntries();
  let set: RevocationSet = createRevocationSet();
  let cursor: string | null = null;
  let readAt: Instant | null = null;
  let overfullSince: Instant | null = null;
  let resyncs = 0;
  let mustAddAgain = false;

  const ageMs = (): number => (readAt === null ? Number.POSITIVE_INFINITY : stopwatch.since(readAt));

  const forget = (): void => {
    set = createRevocationSet();
    unread.clear();
    cursor = null;
    readAt = null;
    overfullSince = stopwatch.now();
  };

  /** The store may have lost what this node knows: other nodes, and direct checks, must find it there again. */
  const addAgain = async (entries: Iterable<Revocation>): Promise<void> => {
    // By and by: a list of a million of them would hold up everybody else.
    let batch: Revocation[] = [];
    for (const entry of entries) {
      if (entry.until.getTime() > clock.now()) batch.push(entry);
      if (batch.length < addBatch) continue;
      await store.add(batch);
      batch = [];
    }
    if (batch.length > 0) await store.add(batch);
  };

  const readPages = async (): Promise<void> => {
    const resyncsBefore = resyncs;
    for (;;) {
      const answer = await log.read(cursor);
      if (answer.kind === 'lost') {
        if (cursor === null || resyncs > resyncsBefore) {
          throw storeUnavailable(new Error('the revocation log cannot be read from its beginning'));
        }
        // The set stays as it is: what was revoked stays revoked, whatever the store has forgotten.
        cursor = null;
        resyncs++;
        mustAddAgain = true;
        continue;
      }
      for (const revocation of answer.revocations) set.add(revocation);
      unread.see(answer.revocations);
      cursor = answer.cursor;
      if (!answer.hasMore || set.size > policy.maxEntries) return;
    }
  };

  return {
    get size() {
      return set.size;
    },
    get resyncs() {
      return resyncs;
    },
    ageMs,
    isFresh: () => readAt !== null && stopwatch.since(readAt) < policy.boundMs,
    isRevoked: (subject) => set.isRevoked(subject),

    apply(revocations) {
      if (overfullSince !== null) return;
      for (const revocation of revocations) set.add(revocation);
      // A node that never reads would never see them either.
      if (readAt !== null) unread.note(revocations);
    },

    async read() {
      if (overfullSince !== null) {
        if (stopwatch.since(overfullSince) < overfullMs) return false;
        overfullSince = null;
      }
      const startedAt = stopwatch.now();
      // Before it reads, which may fail: what this node revokes meanwhile must not pile up.
      set.sweep(startedAt.wallMs, sweepCount);
      unread.deleteExpired(startedAt.wallMs);
      if (set.size > policy.maxEntries) {
        forget();
        return false;
      }
      const recordedBefore = unread.list();
      await readPages();
      if (set.size > policy.maxEntries) {
        forget();
        return true;
      }
      // The log holds all that was recorded before it was read; what it does not hold, a failover has lost.
      await addAgain(mustAddAgain ? set.list() : unread.listOf(recordedBefore));
      mustAddAgain = false;
      unread.forget(recordedBefore);
      readAt = startedAt;
      return true;
    },
  };
}
