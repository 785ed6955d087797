import type { Revocation } from '../../stores/revocation.js';
import { nameOfRevocation } from '../../stores/revocation-name.js';

/**
 * What this node has recorded and has not read yet.
 *
 * A replica that takes over may lack the newest entries while the log goes on from where this node stands: then nobody but
 * this node knows them, and no other node ever would.
 */
export interface UnreadEntries {
  /** Entries that the store has just taken. */
  note(revocations: readonly Revocation[]): void;
  /** Entries that were read. */
  see(revocations: readonly Revocation[]): void;
  /** All that have not been read, by their names. */
  list(): ReadonlyMap<string, Revocation>;
  /** Those of `earlier` that are still not read. */
  listOf(earlier: ReadonlyMap<string, Revocation>): Revocation[];
  /** Gives these up. */
  forget(entries: ReadonlyMap<string, Revocation>): void;
  /** Gives up those whose `until` is at or before `nowMs`. */
  deleteExpired(nowMs: number): void;
  clear(): void;
}

/** None so far. */
export function createUnreadEntries(): UnreadEntries {
  const unread = new Map<string, Revocation>();
  const isUnread = ([name, entry]: [string, Revocation]): boolean => unread.get(name) === entry;

  return {
    note(revocations) {
      for (const revocation of revocations) unread.set(nameOfRevocation(revocation), revocation);
    },

    see(revocations) {
      if (unread.size === 0) return;
      for (const revocation of revocations) {
        const name = nameOfRevocation(revocation);
        const noted = unread.get(name);
        if (noted !== undefined && strengthOf(revocation) >= strengthOf(noted)) unread.delete(name);
      }
    },

    list: () => new Map(unread),
    listOf: (earlier) => [...earlier].filter(isUnread).map(([, entry]) => entry),

    forget(entries) {
      for (const entry of entries) if (isUnread(entry)) unread.delete(entry[0]);
    },

    deleteExpired(nowMs) {
      for (const [name, { until }] of unread) if (until.getTime() <= nowMs) unread.delete(name);
    },

    clear: () => unread.clear(),
  };
}

function strengthOf(revocation: Revocation): number {
  if (revocation.kind === 'roles') return revocation.version;
  return 'epoch' in revocation ? revocation.epoch : 0;
}
