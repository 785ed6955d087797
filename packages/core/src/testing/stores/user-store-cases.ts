import assert from 'node:assert/strict';
import type { NewUser, UserRef } from '../../stores/user-store.js';
import type { StoreCase, StoreChapter } from './store-case.js';
import { longestText, unicodeText } from './texts.js';

const racers = 24;

function newUser(change: Partial<NewUser> = {}): NewUser {
  return {
    tenantId: 'acme',
    userId: 'u1',
    email: 'Ada@Example.org',
    canonicalEmail: 'ada@example.org',
    name: 'Ada',
    roles: ['editor', 'viewer'],
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g',
    ...change,
  };
}

const u1: UserRef = { tenantId: 'acme', userId: 'u1' };
const elsewhere: UserRef = { tenantId: 'globex', userId: 'u1' };

const records: readonly StoreCase[] = [
  {
    name: 'an account comes back with every field, by id and by address',
    async run({ stores: { users }, clock }) {
      const expected = { ...newUser(), createdAt: new Date(clock.now()), disabledAt: null };
      assert.deepEqual(await users.create(newUser()), expected);
      assert.deepEqual(await users.find(u1), expected);
      assert.deepEqual(await users.findByEmail('acme', 'ada@example.org'), expected);
    },
  },
  {
    name: 'text of every script, the longest ids, no roles, no name and no password come back',
    async run({ stores: { users } }) {
      const odd = newUser({
        tenantId: longestText('t'),
        userId: longestText('u'),
        email: `${unicodeText}@example.org`,
        canonicalEmail: `${unicodeText}@example.org`,
        roles: [],
        name: null,
        passwordHash: null,
      });
      const created = await users.create(odd);
      assert.deepEqual(created, { ...created, ...odd });
      assert.deepEqual(await users.find(odd), created);
      assert.deepEqual(await users.findByEmail(odd.tenantId, odd.canonicalEmail), created);
      const roles = ['a,b', '{c}', '"d"', unicodeText];
      const second = await users.create(newUser({ userId: 'u2', roles, name: unicodeText }));
      assert.deepEqual([second?.roles, second?.name], [roles, unicodeText]);
    },
  },
  {
    name: 'who is missing is null or false',
    async run({ stores: { users } }) {
      assert.equal(await users.find(u1), null);
      assert.equal(await users.findByEmail('acme', 'ada@example.org'), null);
      assert.equal(await users.rename(u1, 'Ada'), null);
      assert.equal(await users.replacePasswordHash({ ...u1, expectedHash: null, passwordHash: 'h' }), false);
    },
  },
  {
    name: 'text that no database holds is nobody, never an outage',
    async run({ stores: { users } }) {
      await users.create(newUser());
      for (const hostile of ['\0', 'u1\0', '\ud800', 'z'.repeat(100_000), '']) {
        const user = { tenantId: 'acme', userId: hostile };
        assert.equal(await users.find(user), null);
        assert.equal(await users.findByEmail('acme', hostile), null);
        assert.equal(await users.findByEmail(hostile, 'ada@example.org'), null);
        assert.equal(await users.rename(user, 'x'), null);
        assert.equal(
          await users.replacePasswordHash({ ...user, expectedHash: null, passwordHash: 'h' }),
          false,
        );
      }
    },
  },
  {
    name: 'accounts of one tenant are invisible under every other',
    async run({ stores: { users } }) {
      const account = await users.create(newUser());
      assert.equal(await users.find(elsewhere), null);
      assert.equal(await users.findByEmail('globex', 'ada@example.org'), null);
      assert.equal(await users.rename(elsewhere, 'Eve'), null);
      const taken = { ...elsewhere, expectedHash: newUser().passwordHash, passwordHash: 'eve' };
      assert.equal(await users.replacePasswordHash(taken), false);
      assert.deepEqual(await users.find(u1), account);
      assert.ok(await users.create(newUser(elsewhere)), 'the address is free there');
    },
  },
  {
    name: 'rename changes the name and nothing else, and can remove it',
    async run({ stores: { users } }) {
      const account = await users.create(newUser());
      assert.deepEqual(await users.rename(u1, 'Countess'), { ...account, name: 'Countess' });
      assert.deepEqual(await users.rename(u1, 'Countess'), { ...account, name: 'Countess' });
      assert.deepEqual(await users.rename(u1, null), { ...account, name: null });
      assert.deepEqual(await users.find(u1), { ...account, name: null });
    },
  },
];

const creation: readonly StoreCase[] = [
  {
    name: 'an address that is taken is refused, and the account that has it stays as it is',
    async run({ stores: { users } }) {
      const account = await users.create(newUser());
      assert.equal(await users.create(newUser({ userId: 'u2', name: 'Eve', passwordHash: 'eve' })), null);
      assert.equal(await users.find({ ...u1, userId: 'u2' }), null);
      assert.deepEqual(await users.findByEmail('acme', 'ada@example.org'), account);
    },
  },
  {
    name: 'an id that is taken is refused, and the account that has it stays as it is',
    async run({ stores: { users } }) {
      const account = await users.create(newUser());
      assert.equal(
        await users.create(newUser({ canonicalEmail: 'eve@example.org', passwordHash: 'eve' })),
        null,
      );
      assert.deepEqual(await users.find(u1), account);
      assert.equal(await users.findByEmail('acme', 'eve@example.org'), null);
    },
  },
  {
    name: 'the same command twice is the same account',
    async run({ stores: { users }, clock }) {
      const account = await users.create(newUser());
      clock.advance(5);
      assert.deepEqual(await users.create(newUser()), account);
    },
  },
  {
    name: 'of parallel registrations of one address one wins',
    async run({ stores: { users } }) {
      const created = await Promise.all(
        Array.from({ length: racers }, (_, index) => users.create(newUser({ userId: `u${index}` }))),
      );
      const winners = created.filter((user) => user !== null);
      assert.equal(winners.length, 1);
      assert.deepEqual(await users.findByEmail('acme', 'ada@example.org'), winners[0]);
    },
  },
  {
    name: 'one registration sent many times at once is one account',
    async run({ stores: { users } }) {
      const created = await Promise.all(Array.from({ length: racers }, () => users.create(newUser())));
      assert.ok(created.every((user) => user?.userId === 'u1'));
    },
  },
];

const passwords: readonly StoreCase[] = [
  {
    name: 'replaces the hash that was read, and no other',
    async run({ stores: { users } }) {
      const account = await users.create(newUser({ passwordHash: 'h0' }));
      assert.equal(
        await users.replacePasswordHash({ ...u1, expectedHash: 'stale', passwordHash: 'h1' }),
        false,
      );
      assert.equal(await users.replacePasswordHash({ ...u1, expectedHash: null, passwordHash: 'h1' }), false);
      assert.deepEqual(await users.find(u1), account);
      assert.equal(await users.replacePasswordHash({ ...u1, expectedHash: 'h0', passwordHash: 'h1' }), true);
      assert.deepEqual(await users.find(u1), { ...account, passwordHash: 'h1' });
    },
  },
  {
    name: 'sets a first password where there was none',
    async run({ stores: { users } }) {
      await users.create(newUser({ passwordHash: null }));
      assert.equal(await users.replacePasswordHash({ ...u1, expectedHash: 'h0', passwordHash: 'h1' }), false);
      assert.equal(await users.replacePasswordHash({ ...u1, expectedHash: null, passwordHash: 'h1' }), true);
      assert.equal((await users.find(u1))?.passwordHash, 'h1');
    },
  },
  {
    name: 'the same command twice is true twice',
    async run({ stores: { users } }) {
      await users.create(newUser({ passwordHash: 'h0' }));
      const command = { ...u1, expectedHash: 'h0', passwordHash: 'h1' };
      assert.deepEqual(
        [await users.replacePasswordHash(command), await users.replacePasswordHash(command)],
        [true, true],
      );
    },
  },
  {
    name: 'of parallel replacements one wins',
    async run({ stores: { users } }) {
      await users.create(newUser({ passwordHash: 'h0' }));
      const won = await Promise.all(
        Array.from({ length: racers }, (_, index) =>
          users.replacePasswordHash({ ...u1, expectedHash: 'h0', passwordHash: `new ${index}` }),
        ),
      );
      assert.equal(won.filter(Boolean).length, 1);
      assert.equal((await users.find(u1))?.passwordHash, `new ${won.indexOf(true)}`);
    },
  },
];

/** What every `UserStore` must do. */
export const userStoreChapters: readonly StoreChapter[] = [
  { name: 'user records', cases: records },
  { name: 'create of users', cases: creation },
  { name: 'replacePasswordHash', cases: passwords },
];
