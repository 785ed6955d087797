import { type Clock, systemClock } from '../../clock.js';
import type { Revocation } from '../revocation.js';
import type { RevocationLog } from '../revocation-log.js';
import { createRevocationSet } from '../revocation-set.js';
import type { RevocationStore } from '../revocation-store.js';

/** As many as a reader gets at once. */
const pageSize = 1000;

/** What {@link createMemoryRevocationStore} gives: the log is always there, as the reference for other stores. */
export interface MemoryRevocationStore extends RevocationStore {
  readonly log: RevocationLog;
}

/** The revocation store of one process: for tests, demos and single-process apps that may forget on restart. */
export function createMemoryRevocationStore(options: { readonly clock?: Clock } = {}): MemoryRevocationStore {
  const clock = options.clock ?? systemClock;
  const set = createRevocationSet();
  const log: Revocation[] = [];
  let trimmed = 0;
  const readers = new Set<() => void>();

  const trim = (): void => {
    const now = clock.now();
    const alive = log.findIndex(({ until }) => until.getTime() > now);
    trimmed += log.splice(0, alive === -1 ? log.length : alive).length;
  };

  return {
    traits: { medium: 'memory', durability: 'process' },

    async add(revocations) {
      for (const revocation of revocations) log.push(set.add(revocation));
      for (const wake of readers) wake();
    },

    isRevoked: (subject) => set.size > 0 && set.isRevoked(subject),

    async deleteExpired(limit) {
      trim();
      return set.deleteExpired(clock.now(), limit);
    },

    log: {
      async read(cursor) {
        if (cursor !== null && !/^\d{1,15}$/.test(cursor)) return { kind: 'lost' };
        const read = Number(cursor ?? 0);
        if (read > trimmed + log.length) return { kind: 'lost' };
        // What was trimmed has expired, so nothing is missed by going on behind it.
        const from = Math.max(read, trimmed);
        const revocations = log.slice(from - trimmed, from - trimmed + pageSize);
        const next = from + revocations.length;
        return { kind: 'page', revocations, cursor: String(next), hasMore: next < trimmed + log.length };
      },

      watch(wake) {
        const reader = (): void => wake();
        readers.add(reader);
        return async () => {
          readers.delete(reader);
        };
      },
    },
  };
}
