import type { Clock } from '../../clock.js';
import type { RevocationLog } from '../../stores/revocation-log.js';
import type { RevocationStore } from '../../stores/revocation-store.js';
import { createDirectChecks } from './direct-checks.js';
import { type Poller, startPoller } from './poller.js';
import type { RevocationCheck, RevocationState, RevocationStatus } from './revocation-check.js';
import type { RevocationPolicy } from './revocation-policy.js';
import { createRevocationReplica } from './revocation-replica.js';
import { createStopwatch } from './stopwatch.js';

/** What {@link createReplicatedCheck} is given. */
export interface ReplicatedCheckOptions {
  readonly store: RevocationStore;
  readonly log: RevocationLog;
  readonly policy: RevocationPolicy;
  readonly clock: Clock;
  readonly onStateChange: (status: RevocationStatus) => void | Promise<void>;
}

/** The reading of the log, under way. */
interface Feed {
  readonly poller: Poller;
  unwatch(): Promise<void>;
}

/** Somebody who waits for the copy to be complete. */
interface Waiter {
  resolve(): void;
  reject(cause: unknown): void;
}

/** Answers from a copy in memory while it is fresh, and from the store while it is not. */
export function createReplicatedCheck(options: ReplicatedCheckOptions): RevocationCheck {
  const { store, log, policy, clock, onStateChange } = options;
  const stopwatch = createStopwatch(clock);
  const replica = createRevocationReplica({ store, log, policy, clock, stopwatch });
  const direct = createDirectChecks({ store, boundMs: policy.boundMs, stopwatch });
  const waiters: Waiter[] = [];
  let feed: Feed | null = null;
  let isClosed = false;
  let reads = 0;
  let failedReads = 0;
  let failure: { readonly cause: unknown } | null = null;
  let told: RevocationState = 'stale';

  const findState = (): RevocationState => {
    if (isClosed) return 'direct';
    if (replica.isFresh()) return 'fresh';
    return failure !== null && direct.isDown ? 'down' : 'stale';
  };
  const status = (): RevocationStatus => {
    const ageMs = replica.ageMs();
    return {
      state: findState(),
      lagMs: Number.isFinite(ageMs) ? ageMs : null,
      entries: replica.size,
      reads,
      failedReads,
      resyncs: replica.resyncs,
      ...(failure ?? {}),
    };
  };
  const tell = (): void => {
    const state = findState();
    if (state === told) return;
    told = state;
    const current = status();
    // Whoever listens must stop neither the reading nor, by a rejection that nobody handles, the process.
    new Promise((resolve) => resolve(onStateChange(current))).catch(() => {});
  };

  const read = async (): Promise<void> => {
    try {
      if (await replica.read()) {
        reads++;
        direct.noteAnswer();
      }
      failure = null;
      for (const { resolve } of waiters.splice(0)) resolve();
    } catch (cause) {
      failedReads++;
      failure = { cause };
      for (const { reject } of waiters.splice(0)) reject(cause);
    }
    tell();
  };

  const ensureOpen = (): void => {
    if (feed !== null || isClosed) return;
    const poller = startPoller(read, policy.pollIntervalMs);
    feed = { poller, unwatch: log.watch?.(poller.wake) ?? (async () => {}) };
  };

  return {
    isRevoked(subject) {
      if (replica.isFresh() && !isClosed) return replica.isRevoked(subject);
      ensureOpen();
      tell();
      // What is known to be revoked stays so, however old the knowledge.
      return replica.isRevoked(subject) || direct.isRevoked(subject).finally(tell);
    },

    apply(revocations) {
      replica.apply(revocations);
      // What the store said a moment ago must not outlive what this node has just done.
      direct.forgetAnswers();
    },

    start() {
      ensureOpen();
      if (isClosed || Number.isFinite(replica.ageMs())) return Promise.resolve();
      return new Promise((resolve, reject) => waiters.push({ resolve, reject }));
    },

    // Whoever is fresh then has begun to read after now, and everybody else asks the store.
    settled: () => new Promise((resolve) => setTimeout(resolve, policy.boundMs)),
    status,

    async close() {
      isClosed = true;
      const opened = feed;
      feed = null;
      await Promise.all([opened?.poller.stop(), opened?.unwatch()]);
      for (const { resolve } of waiters.splice(0)) resolve();
    },
  };
}
