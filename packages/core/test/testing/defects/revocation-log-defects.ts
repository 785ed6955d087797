import type { Clock } from '@tessera-auth/core';
import type {
  Revocation,
  RevocationLog,
  RevocationLogAnswer,
  RevocationLogPage,
  RevocationStore,
} from '@tessera-auth/core/stores';
import { broken, brokenRevocations, type Defect, letOthersGoFirst } from './defect.js';

const pageSize = 1000;

/** A page of a list, with a place in the list as its cursor. */
function pageOf(entries: readonly Revocation[], from: number): RevocationLogPage {
  const revocations = entries.slice(from, from + pageSize);
  const next = from + revocations.length;
  return { kind: 'page', revocations, cursor: `${next}`, hasMore: next < entries.length };
}

/** Answers each read of the log changed by `change`. */
function withAnswer(
  change: (page: RevocationLogPage, cursor: string | null) => RevocationLogAnswer,
): Defect['open'] {
  return brokenRevocations(({ log }) => ({
    log: {
      ...log,
      async read(cursor) {
        const answer = (await log?.read(cursor)) ?? { kind: 'lost' };
        return answer.kind === 'page' ? change(answer, cursor) : answer;
      },
    },
  }));
}

/** Leaves entries out of each page. */
function leavingOut(isLeftOut: (entry: Revocation) => boolean): Defect['open'] {
  return withAnswer((page) => ({
    ...page,
    revocations: page.revocations.filter((entry) => !isLeftOut(entry)),
  }));
}

/** A log that is a list of all that was added, as it was added. */
function listing(
  replace: (
    entries: Revocation[],
    clock: Clock,
  ) => Partial<RevocationStore> & { readonly log: RevocationLog },
): Defect['open'] {
  return brokenRevocations((revocations, clock) => {
    const entries: Revocation[] = [];
    return {
      async add(added) {
        entries.push(...added);
        await revocations.add(added);
      },
      ...replace(entries, clock),
    };
  });
}

/** Leaves endings by refresh tokens out of the log. */
function withoutThefts(kind: 'fork' | 'reuse'): Defect['open'] {
  return broken(({ sessions, revocations }) => {
    const stolen = new Set<string>();
    const log: RevocationLog = {
      async read(cursor) {
        const answer = (await revocations.log?.read(cursor)) ?? { kind: 'lost' };
        if (answer.kind === 'lost') return answer;
        const isKept = (entry: Revocation) => entry.kind !== 'session' || !stolen.has(entry.sessionId);
        return { ...answer, revocations: answer.revocations.filter(isKept) };
      },
    };
    const replaced = { ...revocations, log };
    return {
      revocations: replaced,
      sessions: {
        ...sessions,
        recordsRevocationsIn: replaced,
        async rotate(command) {
          const outcome = await sessions.rotate(command);
          if (outcome.kind === kind) stolen.add(command.sessionId);
          return outcome;
        },
      },
    };
  });
}

/** Every other call becomes visible after calls that began later, as transactions do. */
function committingLate(revocations: RevocationStore): Partial<RevocationStore> {
  const rows: { readonly id: number; readonly entry: Revocation }[] = [];
  let calls = 0;
  let ids = 0;
  return {
    async add(added) {
      const numbered = added.map((entry) => ({ id: ++ids, entry }));
      if (calls++ % 2 === 1) for (let turn = 0; turn < 3; turn++) await letOthersGoFirst();
      await revocations.add(added);
      rows.push(...numbered);
    },
    log: {
      async read(cursor) {
        const found = rows.filter(({ id }) => id > Number(cursor ?? 0));
        const last = Math.max(Number(cursor ?? 0), ...found.map(({ id }) => id));
        const entries = found.map(({ entry }) => entry);
        return { kind: 'page', revocations: entries, cursor: `${last}`, hasMore: false };
      },
    },
  };
}

const readingEnds = 'the log of revocations > a reader that goes on gets what was added since';
const unitesWeaker = 'union in the log > an entry that gets stronger comes again, and none gets weaker';
const keepsAlive = 'cleanup of the log > no entry leaves the log 1 ms before its until';
const wakes =
  'reading the log while it is written > where it can be watched, somebody is woken soon after an add, and nobody after stop';

/** Mistakes of logs of revocations. */
export const revocationLogDefects: readonly Defect[] = [
  {
    name: 'goes on behind the highest id it saw, and skips what commits late',
    noticedBy:
      'reading the log while it is written > a reader that polls beside parallel writers skips nothing',
    open: brokenRevocations(committingLate),
  },
  {
    name: 'forgets in the log whom an epoch excepts',
    noticedBy:
      'the log of revocations > from the beginning it gives everything, and of every kind what the store says',
    open: withAnswer((page) => ({
      ...page,
      revocations: page.revocations.map((entry) =>
        entry.kind === 'user' ? { ...entry, exceptSessionId: null } : entry,
      ),
    })),
  },
  {
    name: 'logs entries as they come, where the store unites exceptions',
    noticedBy:
      'union in the log > epochs and their exceptions unite as in the store, for who goes on and for who begins',
    open: listing((entries) => ({
      log: {
        async read() {
          const latest = new Map(entries.map((entry) => [entry.kind, entry]));
          return pageOf([...latest.values()], 0);
        },
      },
    })),
  },
  {
    name: 'leaves tenants out of the log',
    noticedBy: readingEnds,
    open: leavingOut((entry) => entry.kind === 'tenant'),
  },
  {
    name: 'leaves roles out of the log',
    noticedBy:
      'the log of revocations > from the beginning it gives everything, and of every kind what the store says',
    open: leavingOut((entry) => entry.kind === 'roles'),
  },
  {
    name: 'leaves forks out of the log',
    noticedBy: 'endings in the log > what a fork ended comes to who goes on and to who begins',
    open: withoutThefts('fork'),
  },
  {
    name: 'leaves reuse out of the log',
    noticedBy: 'endings in the log > what reuse ended comes to who goes on and to who begins',
    open: withoutThefts('reuse'),
  },
  {
    name: 'takes the end of its first page for the end of the log',
    noticedBy: 'pages of the log > very many entries come page by page, and none is left out',
    open: withAnswer((page) => ({ ...page, hasMore: false })),
  },
  {
    name: 'keeps a thousand entries in the log',
    noticedBy: 'pages of the log > very many entries come page by page, and none is left out',
    open: listing((entries) => ({
      log: { read: async (cursor) => pageOf(entries.slice(-pageSize), Number(cursor ?? 0)) },
    })),
  },
  {
    name: 'gives a snapshot page by page, and goes on where the log is when the last page is read',
    noticedBy: 'pages of the log > what is added or gets stronger between two pages is not lost',
    open: listing((entries) => {
      let snapshot: readonly Revocation[] = [];
      return {
        log: {
          async read(cursor) {
            if (cursor === null) snapshot = [...entries];
            if (cursor?.startsWith('tail ')) return pageOf(entries, Number(cursor.slice(5)));
            const page = pageOf(snapshot, Number(cursor ?? 0));
            return page.hasMore ? page : { ...page, cursor: `tail ${entries.length}` };
          },
        },
      };
    }),
  },
  {
    name: 'gives everything at every read',
    noticedBy: 'pages of the log > who has read everything does not get everything again',
    open: brokenRevocations((revocations) => ({
      log: {
        async read() {
          let answer = await revocations.log?.read(null);
          const all: Revocation[] = [];
          while (answer?.kind === 'page') {
            all.push(...answer.revocations);
            if (!answer.hasMore) break;
            answer = await revocations.log?.read(answer.cursor);
          }
          return { kind: 'page', revocations: all, cursor: '0', hasMore: all.length > 2_600 };
        },
      },
    })),
  },
  {
    name: 'lets the last of two entries with one name win',
    noticedBy: unitesWeaker,
    open: listing((entries) => ({
      log: {
        async read(cursor) {
          const latest = new Map(entries.map((entry) => [entry.kind, entry]));
          return cursor === null
            ? { ...pageOf([...latest.values()], 0), cursor: `${entries.length}` }
            : pageOf(entries, Number(cursor));
        },
      },
    })),
  },
  {
    name: 'logs a name once, and not again when it gets stronger',
    noticedBy: unitesWeaker,
    open: listing((entries) => ({
      log: {
        async read(cursor) {
          const first = new Map<string, Revocation>();
          for (const entry of entries) if (!first.has(entry.kind)) first.set(entry.kind, entry);
          return pageOf([...first.values()], Number(cursor ?? 0));
        },
      },
    })),
  },
  {
    name: 'trims up to the last entry that has expired',
    noticedBy: keepsAlive,
    open: listing((entries, clock) => ({
      log: { read: async (cursor) => pageOf(entries, Number(cursor ?? 0)) },
      async deleteExpired() {
        const last = entries.findLastIndex(({ until }) => until.getTime() <= clock.now());
        return entries.splice(0, last + 1).length;
      },
    })),
  },
  {
    name: 'trims 1 ms early',
    noticedBy: keepsAlive,
    open: listing((entries, clock) => ({
      log: { read: async (cursor) => pageOf(entries, Number(cursor ?? 0)) },
      async deleteExpired() {
        const kept = entries.filter(({ until }) => until.getTime() > clock.now() + 1);
        return entries.splice(0, entries.length, ...kept).length - kept.length;
      },
    })),
  },
  {
    name: 'counts from the first entry that is left, so that a cleanup moves every reader',
    noticedBy: 'cleanup of the log > who has read everything goes on after a cleanup',
    open: listing((entries, clock) => ({
      log: { read: async (cursor) => pageOf(entries, Number(cursor ?? 0)) },
      async deleteExpired() {
        const kept = entries.filter(({ until }) => until.getTime() > clock.now());
        return entries.splice(0, entries.length, ...kept).length - kept.length;
      },
    })),
  },
  {
    name: 'moves a reader that is halfway through by what a cleanup took',
    noticedBy: 'cleanup of the log > who is halfway through misses nothing when a cleanup comes between',
    open: listing((entries, clock) => ({
      log: { read: async (cursor) => pageOf(entries, Number(cursor ?? 0)) },
      async deleteExpired() {
        const kept = entries.filter(({ until }) => until.getTime() > clock.now());
        return entries.splice(0, entries.length, ...kept).length - kept.length;
      },
    })),
  },
  {
    name: 'remembers for its readers how far they are',
    noticedBy:
      'the log of revocations > a reader that asks again gets the same again, and takes nothing from another',
    open: listing((entries) => {
      let given = 0;
      return {
        log: {
          async read() {
            const page = pageOf(entries, given);
            given += page.revocations.length;
            return page;
          },
        },
      };
    }),
  },
  {
    name: 'calls an empty log lost',
    noticedBy: 'the log of revocations > an empty log is a page without entries, from which it goes on',
    open: withAnswer((page) => (page.revocations.length === 0 ? { kind: 'lost' } : page)),
  },
  {
    name: 'takes a cursor that it did not make for the beginning',
    noticedBy: 'the log of revocations > a cursor that the store did not make is lost',
    open: listing((entries) => ({ log: { read: async (cursor) => pageOf(entries, Number(cursor) || 0) } })),
  },
  {
    name: 'cuts names in the log after 100 characters',
    noticedBy: 'the log of revocations > text of every script and the longest ids come through unchanged',
    open: withAnswer((page) => ({
      ...page,
      revocations: page.revocations.map((entry) =>
        entry.kind === 'user' ? { ...entry, userId: entry.userId.slice(0, 100) } : entry,
      ),
    })),
  },
  {
    name: 'wakes nobody',
    noticedBy: wakes,
    open: brokenRevocations(({ log }) => ({
      log: {
        read: async (cursor) => (await log?.read(cursor)) ?? { kind: 'lost' },
        watch: () => async () => {},
      },
    })),
  },
  {
    name: 'wakes those who stopped watching',
    noticedBy: wakes,
    open: brokenRevocations(({ log }) => ({
      log: {
        read: async (cursor) => (await log?.read(cursor)) ?? { kind: 'lost' },
        watch(wake) {
          log?.watch?.(wake);
          return async () => {};
        },
      },
    })),
  },
  {
    name: 'offers a log that it did not declare',
    noticedBy: 'the log of revocations > is not offered, as declared',
    offersLog: false,
    open: broken(() => ({})),
  },
  {
    name: 'declares a log that it does not offer',
    noticedBy: 'the log of revocations > an empty log is a page without entries, from which it goes on',
    open: broken(({ revocations, sessions }) => {
      const { log: _log, ...replaced } = revocations;
      return { revocations: replaced, sessions: { ...sessions, recordsRevocationsIn: replaced } };
    }),
  },
];
