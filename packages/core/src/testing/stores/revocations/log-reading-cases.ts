import assert from 'node:assert/strict';
import type { Revocation } from '../../../stores/revocation.js';
import type { RevocationLogPage } from '../../../stores/revocation-log.js';
import type { RevocationStore } from '../../../stores/revocation-store.js';
import type { StoreCase, StoreChapter } from '../store-case.js';
import { longestText, unicodeText } from '../texts.js';
import {
  assertAgree,
  assertHolds,
  createRevoker,
  minuteMs,
  readAll,
  requireLog,
  token,
} from './revocation-fixtures.js';
import { createRevocationLogReader } from './revocation-log-reader.js';

/** Tokens that differ in each fact that a revocation may name. */
const subjects = [
  token(),
  token({ jti: 'j2' }),
  token({ jti: 'x' }),
  token({ sessionId: 's2' }),
  token({ jti: 'x', sessionId: 'x' }),
  ...['s1', 's2', 's3', 'x'].flatMap((sessionId) =>
    [3, 4, 5, 6, 7].map((userEpoch) => token({ jti: 'x', sessionId, userEpoch })),
  ),
  ...[1, 2, 3, 4].map((tenantEpoch) => token({ jti: 'x', sessionId: 'x', userEpoch: 9, tenantEpoch })),
  ...[0, 1, 2, 3, 9].map((rolesVersion) =>
    token({ jti: 'x', sessionId: 'x', userEpoch: 9, tenantEpoch: 9, rolesVersion }),
  ),
  token({ jti: 'x', sessionId: 'x', userId: 'bob' }),
  token({ jti: 'x', sessionId: 'x', tenantId: 'globex' }),
];

const many = Array.from({ length: 2_500 }, (_, index) => `t${index}`);

async function deleteAllExpired(revocations: RevocationStore): Promise<void> {
  while ((await revocations.deleteExpired(1_000)) > 0);
}

/** The ids of the tokens on a page, each once. */
function namesOf({ revocations }: RevocationLogPage): string[] {
  return [...new Set(revocations.flatMap((entry) => (entry.kind === 'token' ? entry.jti : [])))];
}

const reading: readonly StoreCase[] = [
  {
    name: 'an empty log is a page without entries, from which it goes on',
    async run({ stores: { revocations }, clock }) {
      const log = requireLog(revocations);
      const first = await log.read(null);
      assert.ok(first.kind === 'page');
      assert.deepEqual([first.revocations, first.hasMore], [[], false]);
      const idle = await log.read(first.cursor);
      assert.ok(idle.kind === 'page');
      assert.deepEqual([idle.revocations, idle.hasMore], [[], false]);
      await revocations.add([createRevoker(clock).token()]);
      const second = await log.read(idle.cursor);
      assert.ok(second.kind === 'page');
      assert.deepEqual(namesOf(second), ['j1']);
    },
  },
  {
    name: 'from the beginning it gives everything, and of every kind what the store says',
    async run({ stores: { revocations }, clock }) {
      const revoke = createRevoker(clock);
      const entries = [
        ...[revoke.token(), revoke.session('s2'), revoke.user(6, 's3'), revoke.tenant(3)],
        revoke.roles(2),
      ];
      for (const entry of entries) await revocations.add([entry]);
      const reader = await readAll(revocations);
      assertHolds(reader, entries);
      await assertAgree(reader, revocations, subjects);
    },
  },
  {
    name: 'a reader that goes on gets what was added since',
    async run({ stores: { revocations }, clock }) {
      const revoke = createRevoker(clock);
      const reader = createRevocationLogReader(requireLog(revocations));
      const added = [
        ...[revoke.token(), revoke.session('s2'), revoke.user(6, 's3'), revoke.tenant(3)],
        revoke.roles(2),
      ];
      for (const [index, entry] of added.entries()) {
        await assertAgree(reader, revocations, subjects);
        await revocations.add([entry]);
        await reader.catchUp();
        assertHolds(reader, added.slice(0, index + 1));
      }
      await assertAgree(reader, revocations, subjects);
    },
  },
  {
    name: 'a reader that asks again gets the same again, and takes nothing from another',
    async run({ stores: { revocations }, clock }) {
      const log = requireLog(revocations);
      const start = await log.read(null);
      assert.ok(start.kind === 'page');
      await revocations.add([createRevoker(clock).token()]);
      for (let count = 0; count < 3; count++) {
        const again = await log.read(start.cursor);
        assert.ok(again.kind === 'page');
        assert.deepEqual(namesOf(again), ['j1']);
      }
    },
  },
  {
    name: 'text of every script and the longest ids come through unchanged',
    async run({ stores: { revocations }, clock }) {
      const until = new Date(clock.now() + minuteMs);
      const reader = createRevocationLogReader(requireLog(revocations));
      for (const name of [unicodeText, longestText('a'), longestText('b'), 'a:b', 'a', 'b:c', '']) {
        const user = { tenantId: name, userId: name, epoch: 5, exceptSessionId: name || null };
        const roles = { kind: 'roles', tenantId: name, userId: name, version: 5, until } as const;
        await revocations.add([{ kind: 'user', ...user, until }, roles]);
        await reader.catchUp();
        assertHolds(reader, [{ kind: 'user', ...user, until }, roles]);
      }
    },
  },
  {
    name: 'a cursor that the store did not make is lost',
    async run({ stores: { revocations }, clock }) {
      const log = requireLog(revocations);
      await revocations.add([createRevoker(clock).token()]);
      const foreign = ['nonsense', '', '9'.repeat(50), '-1', ' ', '\0', '\ud800', "';--", 'z'.repeat(10_000)];
      for (const cursor of foreign) assert.deepEqual(await log.read(cursor), { kind: 'lost' }, cursor);
    },
  },
];

const union: readonly StoreCase[] = [
  {
    name: 'epochs and their exceptions unite as in the store, for who goes on and for who begins',
    async run({ stores: { revocations }, clock }) {
      const { user } = createRevoker(clock);
      const reader = createRevocationLogReader(requireLog(revocations));
      const steps = [user(5, 's1'), user(4), user(5, 's2'), user(5, 's1'), user(6, 's3'), user(5), user(7)];
      for (const entry of steps) {
        await revocations.add([entry]);
        await reader.catchUp();
        await assertAgree(reader, revocations, subjects);
        await assertAgree(await readAll(revocations), revocations, subjects);
      }
    },
  },
  {
    name: 'an entry that gets stronger comes again, and none gets weaker',
    async run({ stores: { revocations }, clock }) {
      const short = createRevoker(clock);
      const long = createRevoker(clock, 10 * minuteMs);
      const reader = createRevocationLogReader(requireLog(revocations));
      await revocations.add([short.token(), long.session(), short.user(5, 's1'), long.tenant(2)]);
      await revocations.add([short.roles(3)]);
      await reader.catchUp();
      await revocations.add([long.token(), short.session(), long.user(4), short.tenant(3), long.roles(2)]);
      await reader.catchUp();
      const united = [long.token(), long.session(), long.user(5, 's1', 4), long.tenant(3), long.roles(3)];
      assertHolds(reader, united);
      assertHolds(await readAll(revocations), united);
    },
  },
];

const pages: readonly StoreCase[] = [
  {
    name: 'very many entries come page by page, and none is left out',
    async run({ stores: { revocations }, clock }) {
      const entries = many.map(createRevoker(clock).token);
      await revocations.add(entries);
      const reader = createRevocationLogReader(requireLog(revocations));
      assert.equal((await reader.readPage()).hasMore, true);
      await reader.catchUp();
      assertHolds(reader, entries);
      assert.equal(reader.list().length, many.length);
    },
  },
  {
    name: 'who has read everything does not get everything again',
    async run({ stores: { revocations }, clock }) {
      const revoke = createRevoker(clock);
      await revocations.add(many.map(revoke.token));
      const reader = await readAll(revocations);
      await revocations.add([revoke.session()]);
      const news = await reader.catchUp();
      assertHolds(reader, [revoke.session()]);
      assert.ok(news.length < 100, `${news.length} entries where one was new`);
    },
  },
  {
    name: 'what is added or gets stronger between two pages is not lost',
    async run({ stores: { revocations }, clock }) {
      const revoke = createRevoker(clock);
      const entries = many.map(revoke.token);
      await revocations.add([revoke.user(5, 's1'), ...entries, revoke.tenant(2)]);
      const reader = createRevocationLogReader(requireLog(revocations));
      let news: readonly Revocation[] = [];
      for (let page = 0; (await reader.readPage()).hasMore; page++) {
        const stronger = createRevoker(clock, (page + 2) * minuteMs);
        const added = [stronger.token('t0'), stronger.token('t2499'), stronger.session(`s${page}`)];
        const raised = [stronger.user(page + 6), stronger.tenant(page + 3)];
        await revocations.add([...added, ...raised]);
        news = [...added, ...raised];
        assert.ok(page < 100, 'the log grows faster than it is read');
      }
      assertHolds(reader, [...entries, ...news]);
      await assertAgree(reader, revocations, subjects);
    },
  },
];

const cleanup: readonly StoreCase[] = [
  {
    name: 'no entry leaves the log 1 ms before its until',
    async run({ stores: { revocations }, clock }) {
      const short = createRevoker(clock);
      const long = createRevoker(clock, 10 * minuteMs);
      await revocations.add([
        short.token('gone'),
        long.token(),
        short.session(),
        long.user(5),
        long.tenant(3),
      ]);
      await revocations.add([long.session(), short.token(), short.user(5), short.tenant(3)]);
      clock.advance(10 * minuteMs - 1);
      await deleteAllExpired(revocations);
      const reader = await readAll(revocations);
      assertHolds(reader, [long.token(), long.session(), long.user(5), long.tenant(3)]);
    },
  },
  {
    name: 'who has read everything goes on after a cleanup',
    async run({ stores: { revocations }, clock }) {
      await revocations.add(many.map(createRevoker(clock).token));
      const reader = await readAll(revocations);
      clock.advance(minuteMs);
      const kept = createRevoker(clock).session();
      await revocations.add([kept]);
      await deleteAllExpired(revocations);
      await reader.catchUp();
      assertHolds(reader, [kept]);
      const later = createRevoker(clock).tenant(3);
      await revocations.add([later]);
      await reader.catchUp();
      assertHolds(reader, [kept, later]);
    },
  },
  {
    name: 'who is halfway through misses nothing when a cleanup comes between',
    async run({ stores: { revocations }, clock }) {
      const short = createRevoker(clock);
      const long = createRevoker(clock, 10 * minuteMs);
      await revocations.add(many.map((name, index) => (index % 2 === 0 ? short : long).token(name)));
      const reader = createRevocationLogReader(requireLog(revocations));
      await reader.readPage();
      clock.advance(minuteMs);
      await deleteAllExpired(revocations);
      await revocations.add([long.session()]);
      await reader.catchUp();
      const kept = many.filter((_, index) => index % 2 === 1).map(long.token);
      assertHolds(reader, [...kept, long.session()]);
    },
  },
];

/** What a reader gets who is alone with the log. */
export const logReadingChapters: readonly StoreChapter[] = [
  { name: 'the log of revocations', cases: reading },
  { name: 'union in the log', cases: union },
  { name: 'pages of the log', cases: pages },
  { name: 'cleanup of the log', cases: cleanup },
];
