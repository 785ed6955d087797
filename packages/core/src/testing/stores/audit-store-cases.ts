import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type {
  AppendAuditCommand,
  AuditDraft,
  AuditEntry,
  AuditQuery,
  AuditSeal,
  AuditStore,
} from '../../stores/audit-store.js';
import type { StoreCase, StoreChapter } from './store-case.js';
import { longestText, unicodeText, unstorableTexts } from './texts.js';

const racers = 24;
const tenantId = 'acme';
const start = Date.UTC(2031, 0, 1, 12, 0, 0, 7);

function idOf(label: string): string {
  return createHash('sha256').update(label).digest('base64url').slice(0, 22);
}

function draft(label: string, change: Partial<AuditDraft> = {}): AuditDraft {
  return {
    id: idOf(label),
    at: new Date(start),
    type: 'user_created',
    userPseudonym: 'ada',
    data: '{}',
    ...change,
  };
}

/** A hash that only this draft at this place of this chain has. */
const link: AppendAuditCommand['link'] = (previous, { id }) => ({
  keyId: 'key',
  hash: createHash('sha256').update(`${previous.seq} ${previous.hash} ${id}`).digest('base64url'),
});

function appending(drafts: readonly AuditDraft[], of = tenantId): AppendAuditCommand {
  return { tenantId: of, drafts, link };
}

/** The store under test, with entries of these drafts. */
function withEntries(
  drafts: readonly AuditDraft[],
  run: (store: AuditStore) => Promise<void>,
): StoreCase['run'] {
  return async ({ stores: { audit } }) => {
    assert.ok(audit !== undefined);
    if (drafts.length > 0) await audit.append(appending(drafts));
    await run(audit);
  };
}

function readChain(store: AuditStore, of = tenantId): Promise<readonly AuditEntry[]> {
  return store.list({ tenantId: of, limit: 10_000 });
}

async function listSeqs(store: AuditStore, query: Partial<AuditQuery>): Promise<readonly number[]> {
  return (await store.list({ tenantId, limit: 100, ...query })).map(({ seq }) => seq);
}

/** Insists that each entry follows the one before. */
function requireUnbroken(entries: readonly AuditEntry[]): void {
  let previous = { seq: 0, hash: '' };
  for (const entry of entries) {
    assert.equal(entry.seq, previous.seq + 1);
    assert.equal(entry.previousHash, previous.hash);
    assert.equal(entry.hash, link(previous, entry).hash, `the hash of entry ${entry.seq}`);
    previous = entry;
  }
}

/** Insists on one chain that ends where the store says. */
async function requireWhole(store: AuditStore, length: number, of = tenantId): Promise<void> {
  const entries = await readChain(store, of);
  assert.equal(entries.length, length);
  requireUnbroken(entries);
  const { seq, hash } = entries.at(-1) ?? { seq: 0, hash: '' };
  assert.deepEqual(await store.findHead(of), { seq, hash });
}

const records: readonly StoreCase[] = [
  {
    name: 'an entry comes back with every field',
    run: withEntries([], async (store) => {
      const first = draft('first', {
        type: longestText('t'),
        userPseudonym: longestText('u'),
        data: unicodeText,
      });
      const second = draft('second', {
        at: new Date(start + 1),
        userPseudonym: null,
        data: 'd'.repeat(100_000),
      });
      const tenant = longestText('n');
      await store.append(appending([first, second], tenant));
      const hashes = [link({ seq: 0, hash: '' }, first).hash];
      hashes.push(link({ seq: 1, hash: hashes[0] ?? '' }, second).hash);
      assert.deepEqual(await readChain(store, tenant), [
        { ...first, tenantId: tenant, seq: 1, keyId: 'key', previousHash: '', hash: hashes[0] },
        { ...second, tenantId: tenant, seq: 2, keyId: 'key', previousHash: hashes[0], hash: hashes[1] },
      ]);
    }),
  },
  {
    name: 'a chain that nobody began has no entries, and its end is number 0',
    run: withEntries([], async (store) => {
      await store.append(appending([]));
      assert.deepEqual(await readChain(store), []);
      assert.deepEqual(await store.findHead(tenantId), { seq: 0, hash: '' });
    }),
  },
  {
    name: 'every tenant has a chain of its own',
    run: withEntries([draft('first'), draft('second')], async (store) => {
      const others = ['globex', '', 'ACME', 'acme '];
      for (const other of others) {
        assert.deepEqual(await readChain(store, other), []);
        assert.deepEqual(await store.findHead(other), { seq: 0, hash: '' });
      }
      // The same ids again are entries of their own there.
      for (const other of others) await store.append(appending([draft('second')], other));
      for (const other of others) await requireWhole(store, 1, other);
      await requireWhole(store, 2);
    }),
  },
  {
    name: 'text that no database holds is in no entry, and has no chain',
    run: withEntries([draft('first')], async (store) => {
      for (const hostile of unstorableTexts) {
        assert.deepEqual(await readChain(store, hostile), []);
        assert.deepEqual(await store.findHead(hostile), { seq: 0, hash: '' });
        for (const query of [{ userPseudonym: hostile }, { type: hostile }])
          assert.deepEqual(await listSeqs(store, query), []);
        await assert.rejects(store.append(appending([draft('second')], hostile)), TypeError);
      }
      await requireWhole(store, 1);
    }),
  },
];

const appends: readonly StoreCase[] = [
  {
    name: 'entries stand in the order in which they came, whatever their time',
    run: withEntries([draft('first'), draft('second', { at: new Date(start - 5_000) })], async (store) => {
      await store.append(appending([draft('third', { at: new Date(0) })]));
      const ids = (await readChain(store)).map(({ id }) => id);
      assert.deepEqual(ids, ['first', 'second', 'third'].map(idOf));
      await requireWhole(store, 3);
    }),
  },
  {
    name: 'the link is told where the chain ends, for every draft anew',
    run: withEntries([draft('first')], async (store) => {
      const told: unknown[] = [];
      await store.append({
        ...appending([draft('second'), draft('third')]),
        link(previous, { id }) {
          told.push([previous.seq, previous.hash, id]);
          return link(previous, draft('', { id }));
        },
      });
      const [first, second] = await readChain(store);
      assert.deepEqual(told, [
        [1, first?.hash, idOf('second')],
        [2, second?.hash, idOf('third')],
      ]);
    }),
  },
  {
    name: 'the same command twice equals once',
    run: withEntries([draft('first'), draft('second')], async (store) => {
      await store.append(appending([draft('first'), draft('second')]));
      await requireWhole(store, 2);
    }),
  },
  {
    name: 'of one draft there is one entry, which stays as it was first',
    run: withEntries([draft('first'), draft('first', { type: 'changed' })], async (store) => {
      const [first] = await readChain(store);
      await store.append(appending([draft('first', { type: 'changed' }), draft('second')]));
      await requireWhole(store, 2);
      assert.deepEqual((await readChain(store))[0], first);
      assert.equal(first?.type, 'user_created');
    }),
  },
  {
    name: 'a link that throws leaves nothing of its command',
    run: withEntries([draft('first')], async (store) => {
      const reason = new Error('no key');
      const failing = store.append({
        ...appending([draft('second'), draft('third')]),
        link(previous, given) {
          if (given.id === idOf('third')) throw reason;
          return link(previous, given);
        },
      });
      await assert.rejects(failing, (error) => error === reason);
      await requireWhole(store, 1);
      await store.append(appending([draft('second')]));
      await requireWhole(store, 2);
    }),
  },
];

const threeDays = [
  draft('1', { userPseudonym: 'ada', type: 'user_created', at: new Date(start) }),
  draft('2', { userPseudonym: 'bob', type: 'user_created', at: new Date(start + 1) }),
  draft('3', { userPseudonym: 'ada', type: 'user_disabled', at: new Date(start + 2) }),
  draft('4', { userPseudonym: null, type: 'authn_login_fail', at: new Date(start + 3) }),
  draft('5', { userPseudonym: 'ada', type: 'user_created', at: new Date(start + 4) }),
];

const lists: readonly StoreCase[] = [
  {
    name: 'lists by pseudonym and by type, by each alone and both',
    run: withEntries(threeDays, async (store) => {
      assert.deepEqual(await listSeqs(store, { userPseudonym: 'ada' }), [1, 3, 5]);
      assert.deepEqual(await listSeqs(store, { userPseudonym: 'nobody' }), []);
      assert.deepEqual(await listSeqs(store, { userPseudonym: '' }), []);
      assert.deepEqual(await listSeqs(store, { type: 'user_created' }), [1, 2, 5]);
      assert.deepEqual(await listSeqs(store, { userPseudonym: 'ada', type: 'user_created' }), [1, 5]);
    }),
  },
  {
    name: 'lists from the first instant on and before the last, to the millisecond',
    run: withEntries(threeDays, async (store) => {
      const at = (offset: number) => new Date(start + offset);
      assert.deepEqual(await listSeqs(store, { from: at(1) }), [2, 3, 4, 5]);
      assert.deepEqual(await listSeqs(store, { to: at(3) }), [1, 2, 3]);
      assert.deepEqual(await listSeqs(store, { from: at(1), to: at(3) }), [2, 3]);
      assert.deepEqual(await listSeqs(store, { from: at(2), to: at(2) }), []);
      assert.deepEqual(await listSeqs(store, { from: at(1), userPseudonym: 'ada' }), [3, 5]);
    }),
  },
  {
    name: 'lists between any two instants, also of the year 0 and after 9999',
    run: withEntries(threeDays, async (store) => {
      // As far as a year of four digits and a time zone go.
      const first = new Date('0000-01-01T00:00:00+23:59');
      const last = new Date('9999-12-31T23:59:59-23:59');
      assert.deepEqual(await listSeqs(store, { from: first, to: last }), [1, 2, 3, 4, 5]);
      assert.deepEqual(await listSeqs(store, { from: last }), []);
      assert.deepEqual(await listSeqs(store, { to: first }), []);
    }),
  },
  {
    name: 'goes on after the last entry of a page, with what is asked for only',
    run: withEntries(threeDays, async (store) => {
      const pages: (readonly number[])[] = [];
      for (let afterSeq = 0; ; ) {
        const page = await listSeqs(store, { userPseudonym: 'ada', afterSeq, limit: 2 });
        pages.push(page);
        if (page.length < 2) break;
        afterSeq = page.at(-1) ?? 0;
      }
      assert.deepEqual(pages, [[1, 3], [5]]);
      assert.deepEqual(await listSeqs(store, { afterSeq: 5 }), []);
      assert.deepEqual(await listSeqs(store, { afterSeq: 2, limit: 1 }), [3]);
    }),
  },
  {
    name: 'gives as many at once as are asked for',
    run: withEntries(
      Array.from({ length: 1_200 }, (_, number) => draft(`number ${number}`)),
      async (store) => {
        assert.equal((await store.list({ tenantId, limit: 1_200 })).length, 1_200);
        await requireWhole(store, 1_200);
      },
    ),
  },
];

/** As many calls at once as there are racers. */
async function race(call: (racer: number) => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: racers }, (_, racer) => call(racer)));
}

const races: readonly StoreCase[] = [
  {
    name: 'parallel appends are all kept, in one unbroken chain',
    run: withEntries([draft('first')], async (store) => {
      await race((racer) => store.append(appending([draft(`a ${racer}`), draft(`b ${racer}`)])));
      await requireWhole(store, 1 + 2 * racers);
    }),
  },
  {
    name: 'the drafts of one command stay together, whoever else appends',
    run: withEntries([], async (store) => {
      await race((racer) =>
        store.append(
          appending(['a', 'b', 'c'].map((part) => draft(`${part} ${racer}`, { data: `${racer}` }))),
        ),
      );
      const owners = (await readChain(store)).map(({ data }) => data);
      for (const [index, owner] of owners.entries())
        assert.equal(owner, owners[index - (index % 3)], `the owner of entry ${index + 1}`);
    }),
  },
  {
    name: 'of parallel repetitions of one command one is kept',
    run: withEntries([], async (store) => {
      await race(() => store.append(appending([draft('only')])));
      await requireWhole(store, 1);
    }),
  },
  {
    name: 'parallel appends of two tenants do not meet',
    run: withEntries([], async (store) => {
      const tenantOf = (racer: number) => (racer % 2 === 0 ? 'acme' : 'globex');
      await race((racer) => store.append(appending([draft(`${racer}`)], tenantOf(racer))));
      await requireWhole(store, racers / 2, 'acme');
      await requireWhole(store, racers / 2, 'globex');
    }),
  },
  {
    name: 'whoever reads while others append sees a chain without gaps',
    run: withEntries([], async (store) => {
      const seen: (readonly AuditEntry[])[] = [];
      await race(async (racer) => {
        if (racer % 3 === 0) seen.push(await readChain(store));
        else await store.append(appending([draft(`${racer}`)]));
      });
      for (const entries of seen) requireUnbroken(entries);
    }),
  },
];

/** A seal of that entry of the chain as it is; nothing in the store checks its MAC. */
async function sealOf(store: AuditStore, seq: number, change: Partial<AuditSeal> = {}): Promise<AuditSeal> {
  const entry = (await readChain(store)).find((known) => known.seq === seq);
  return { seq, hash: entry?.hash ?? '', keyId: 'key', mac: `mac ${seq}`, ...change };
}

const prunes: readonly StoreCase[] = [
  {
    name: 'removes the entries up to the sealed one, and keeps the others, the seal and the end',
    run: withEntries(threeDays, async (store) => {
      assert.equal(await store.findSeal(tenantId), null);
      const before = await readChain(store);
      const head = await store.findHead(tenantId);
      const seal = await sealOf(store, 2, { keyId: longestText('k'), mac: unicodeText });
      assert.equal(await store.prune({ tenantId, seal }), 2);
      assert.deepEqual(await readChain(store), before.slice(2));
      assert.deepEqual(await listSeqs(store, { userPseudonym: 'ada' }), [3, 5]);
      assert.deepEqual(await store.findSeal(tenantId), seal);
      assert.deepEqual(await store.findHead(tenantId), head);
    }),
  },
  {
    name: 'a chain of which all was removed goes on where it ended',
    run: withEntries(threeDays, async (store) => {
      const head = await store.findHead(tenantId);
      assert.equal(await store.prune({ tenantId, seal: await sealOf(store, 5) }), 5);
      assert.deepEqual(await readChain(store), []);
      assert.deepEqual(await store.findHead(tenantId), head);
      await store.append(appending([draft('6')]));
      const [next, ...others] = await readChain(store);
      assert.deepEqual(others, []);
      assert.equal(next?.seq, 6);
      assert.equal(next.previousHash, head.hash);
      assert.equal(next.hash, link(head, draft('6')).hash);
    }),
  },
  {
    name: 'a later seal takes the place of an older one, never the other way round',
    run: withEntries(threeDays, async (store) => {
      const older = await sealOf(store, 1);
      const later = await sealOf(store, 3);
      assert.equal(await store.prune({ tenantId, seal: older }), 1);
      assert.equal(await store.prune({ tenantId, seal: later }), 2);
      for (const seal of [older, { ...later, mac: 'another' }]) {
        assert.equal(await store.prune({ tenantId, seal }), 0);
        assert.deepEqual(await store.findSeal(tenantId), later);
      }
      assert.deepEqual(await listSeqs(store, {}), [4, 5]);
    }),
  },
  {
    name: 'a seal of an entry that is not there removes nothing',
    run: withEntries(threeDays, async (store) => {
      const hostile = await sealOf(store, 2);
      for (const seal of [
        { ...hostile, hash: 'another' },
        { ...hostile, seq: 3 },
        { ...hostile, seq: 6 },
        { ...hostile, seq: 0, hash: '' },
      ])
        assert.equal(await store.prune({ tenantId, seal }), 0);
      assert.equal(await store.findSeal(tenantId), null);
      await requireWhole(store, 5);
    }),
  },
  {
    name: 'removes entries of one tenant, and text that no database holds has no seal',
    run: withEntries(threeDays, async (store) => {
      await store.append(appending(threeDays, 'globex'));
      const seal = await sealOf(store, 2);
      assert.equal(await store.prune({ tenantId: 'globex', seal }), 2);
      assert.equal(await store.findSeal(tenantId), null);
      await requireWhole(store, 5);
      for (const hostile of unstorableTexts) {
        assert.equal(await store.prune({ tenantId: hostile, seal }), 0);
        assert.equal(await store.findSeal(hostile), null);
      }
    }),
  },
  {
    name: 'of parallel prunings the furthest seal stays, and every entry is removed once',
    run: withEntries(
      Array.from({ length: racers + 1 }, (_, number) => draft(`number ${number}`)),
      async (store) => {
        const seals = await Promise.all(
          Array.from({ length: racers }, (_, racer) => sealOf(store, racer + 1)),
        );
        let removed = 0;
        await race(async (racer) => {
          // From both ends, so that neither order is the one in which they come.
          const seal = seals[racer % 2 === 0 ? racer : racers - racer];
          assert.ok(seal !== undefined);
          const count = await store.prune({ tenantId, seal });
          removed += count;
          await store.append(appending([draft(`racer ${racer}`)]));
        });
        const furthest = await store.findSeal(tenantId);
        assert.deepEqual(furthest, seals[racers - 1]);
        assert.equal(removed, racers);
        const entries = await readChain(store);
        assert.deepEqual(
          entries.map(({ seq }) => seq),
          Array.from({ length: racers + 1 }, (_, index) => racers + 1 + index),
        );
        assert.equal(entries[0]?.previousHash, furthest?.hash);
      },
    ),
  },
];

/** What a store of the audit log must do. */
export const auditStoreChapters: readonly StoreChapter[] = [
  { name: 'audit entries', cases: records },
  { name: 'append to the audit log', cases: appends },
  { name: 'list of the audit log', cases: lists },
  { name: 'audit log races', cases: races },
  { name: 'prune of the audit log', cases: prunes },
];

/** For stores without one. */
export const withoutAuditChapter: StoreChapter = {
  name: 'audit log',
  cases: [
    {
      name: 'is not offered, as declared',
      async run({ stores }) {
        assert.equal(stores.audit, undefined);
      },
    },
  ],
};
