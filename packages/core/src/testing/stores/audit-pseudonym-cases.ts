import assert from 'node:assert/strict';
import type { AuditPseudonym, AuditStore } from '../../stores/audit-store.js';
import type { UserRef } from '../../stores/user-store.js';
import type { StoreCase, StoreChapter } from './store-case.js';
import { longestText, unstorableTexts } from './texts.js';

const racers = 24;
const ada: UserRef = { tenantId: 'acme', userId: 'ada' };
const bob: UserRef = { tenantId: 'acme', userId: 'bob' };
const strangers: readonly UserRef[] = [
  { tenantId: 'globex', userId: 'ada' },
  { tenantId: 'acme', userId: 'ADA' },
  { tenantId: 'acme:ada', userId: '' },
  { tenantId: '', userId: 'acme:ada' },
];

function proposal(user: UserRef, label: string): AuditPseudonym {
  return { ...user, pseudonym: `name of ${label}`, salt: `salt of ${label}` };
}

const named = proposal(ada, 'ada');

/** In one order, for stores answer in none. */
function sorted(pseudonyms: readonly AuditPseudonym[]): readonly AuditPseudonym[] {
  return [...pseudonyms].sort((one, other) => (one.pseudonym < other.pseudonym ? -1 : 1));
}

/** The store under test, in which one user has a pseudonym. */
function withPseudonym(run: (store: AuditStore) => Promise<void>): StoreCase['run'] {
  return async ({ stores: { audit } }) => {
    assert.ok(audit !== undefined);
    assert.deepEqual(await audit.assignPseudonyms([named]), [named]);
    await run(audit);
  };
}

const records: readonly StoreCase[] = [
  {
    name: 'a pseudonym comes back by its user and by itself, with every field',
    run: withPseudonym(async (store) => {
      const user = { tenantId: longestText('t'), userId: longestText('u') };
      const longest = { ...user, pseudonym: longestText('p'), salt: longestText('s') };
      assert.deepEqual(await store.assignPseudonyms([longest]), [longest]);
      assert.deepEqual(await store.findPseudonym(user), longest);
      assert.deepEqual(await store.listPseudonyms(user.tenantId, [longest.pseudonym]), [longest]);
      assert.deepEqual(await store.findPseudonym(ada), named);
    }),
  },
  {
    name: 'who has a pseudonym keeps it, whatever is proposed',
    run: withPseudonym(async (store) => {
      const other = proposal(bob, 'bob');
      const assigned = await store.assignPseudonyms([other, proposal(ada, 'another')]);
      assert.deepEqual(sorted(assigned), [named, other]);
      assert.deepEqual(await store.findPseudonym(ada), named);
      assert.deepEqual(await store.listPseudonyms('acme', ['name of another']), []);
      assert.deepEqual(await store.assignPseudonyms([]), []);
    }),
  },
  {
    name: 'lists those that are asked for, each once, and leaves out what stands for nobody',
    run: withPseudonym(async (store) => {
      const other = proposal(bob, 'bob');
      await store.assignPseudonyms([other, proposal({ ...ada, userId: 'kim' }, 'kim')]);
      const asked = ['name of ada', 'nobody', 'name of bob', 'name of ada', ''];
      assert.deepEqual(sorted(await store.listPseudonyms('acme', asked)), [named, other]);
      assert.deepEqual(await store.listPseudonyms('acme', []), []);
    }),
  },
  {
    name: 'lists as many as are asked for',
    run: withPseudonym(async (store) => {
      const many = Array.from({ length: 1_200 }, (_, at) => proposal({ ...ada, userId: `u${at}` }, `${at}`));
      assert.equal((await store.assignPseudonyms(many)).length, 1_200);
      const names = many.map(({ pseudonym }) => pseudonym);
      assert.equal((await store.listPseudonyms('acme', names)).length, 1_200);
    }),
  },
  {
    name: 'the pseudonym of another user or tenant is out of reach',
    run: withPseudonym(async (store) => {
      for (const user of strangers) {
        assert.equal(await store.findPseudonym(user), null);
        assert.equal(await store.forgetPseudonym(user), false);
      }
      assert.deepEqual(await store.listPseudonyms('globex', [named.pseudonym]), []);
      // The same text may stand for somebody there.
      const abroad = { ...named, tenantId: 'globex' };
      assert.deepEqual(await store.assignPseudonyms([abroad]), [abroad]);
      assert.deepEqual(await store.findPseudonym(ada), named);
    }),
  },
  {
    name: 'text that no database holds is nobody',
    run: withPseudonym(async (store) => {
      for (const hostile of unstorableTexts) {
        for (const user of [
          { ...ada, userId: hostile },
          { ...ada, tenantId: hostile },
        ]) {
          assert.equal(await store.findPseudonym(user), null);
          assert.equal(await store.forgetPseudonym(user), false);
          const proposals = [proposal(bob, 'bob'), proposal(user, 'hostile')];
          await assert.rejects(store.assignPseudonyms(proposals), TypeError);
        }
        assert.deepEqual(await store.listPseudonyms(hostile, [named.pseudonym]), []);
        assert.deepEqual(await store.listPseudonyms('acme', [hostile, named.pseudonym]), [named]);
      }
      assert.equal(await store.findPseudonym(bob), null);
    }),
  },
];

const forgetting: readonly StoreCase[] = [
  {
    name: 'who is forgotten has none, and others keep theirs',
    run: withPseudonym(async (store) => {
      const other = proposal(bob, 'bob');
      await store.assignPseudonyms([other]);
      assert.equal(await store.forgetPseudonym(ada), true);
      assert.equal(await store.findPseudonym(ada), null);
      assert.deepEqual(await store.listPseudonyms('acme', [named.pseudonym, other.pseudonym]), [other]);
      assert.equal(await store.forgetPseudonym(ada), false);
    }),
  },
  {
    name: 'whoever was forgotten gets another one, and the old one stays without a user',
    run: withPseudonym(async (store) => {
      await store.forgetPseudonym(ada);
      const another = proposal(ada, 'another');
      assert.deepEqual(await store.assignPseudonyms([another]), [another]);
      assert.deepEqual(await store.findPseudonym(ada), another);
      assert.deepEqual(await store.listPseudonyms('acme', [named.pseudonym]), []);
    }),
  },
  {
    name: 'forgetting changes nothing about entries',
    run: withPseudonym(async (store) => {
      const draft = { id: 'A'.repeat(22), at: new Date(0), type: 'user_created', data: '{}' };
      await store.append({
        tenantId: 'acme',
        drafts: [{ ...draft, userPseudonym: named.pseudonym }],
        link: () => ({ keyId: 'key', hash: 'hash' }),
      });
      const before = await store.list({ tenantId: 'acme', limit: 10 });
      await store.forgetPseudonym(ada);
      assert.deepEqual(await store.list({ tenantId: 'acme', limit: 10 }), before);
      assert.equal(before[0]?.userPseudonym, named.pseudonym);
    }),
  },
];

const races: readonly StoreCase[] = [
  {
    name: 'of parallel proposals for one user one is given, and all are told the same',
    run: withPseudonym(async (store) => {
      const answers = await Promise.all(
        Array.from({ length: racers }, (_, racer) => store.assignPseudonyms([proposal(bob, `${racer}`)])),
      );
      const given = await store.findPseudonym(bob);
      assert.ok(given !== null);
      for (const answer of answers) assert.deepEqual(answer, [given]);
      assert.deepEqual(
        await store.listPseudonyms(
          'acme',
          Array.from({ length: racers }, (_, racer) => `name of ${racer}`),
        ),
        [given],
      );
    }),
  },
  {
    name: 'parallel proposals for several users in any order all succeed',
    run: withPseudonym(async (store) => {
      const users = ['1', '2', '3', '4', '5'].map((userId) => ({ ...ada, userId }));
      const answers = await Promise.all(
        Array.from({ length: racers }, (_, racer) => {
          const proposals = users.map((user) => proposal(user, `${user.userId} by ${racer}`));
          return store.assignPseudonyms(racer % 2 === 0 ? proposals : proposals.reverse());
        }),
      );
      for (const answer of answers) assert.deepEqual(sorted(answer), sorted(answers[0] ?? []));
    }),
  },
];

/** What a store of the audit log must do about pseudonyms. */
export const auditPseudonymChapters: readonly StoreChapter[] = [
  { name: 'audit pseudonyms', cases: records },
  { name: 'forgetting of audit pseudonyms', cases: forgetting },
  { name: 'audit pseudonym races', cases: races },
];
