import assert from 'node:assert/strict';
import type {
  NewUser,
  UpdateUserCommand,
  UserCursor,
  UserPage,
  UserRef,
  UserStore,
} from '../../stores/user-store.js';
import type { StoreCase, StoreChapter } from './store-case.js';
import { longestText, unicodeText } from './texts.js';

const racers = 24;

function newUser(change: Partial<NewUser> = {}): NewUser {
  return {
    tenantId: 'acme',
    userId: 'u1',
    email: 'Ada@Example.org',
    canonicalEmail: 'ada@example.org',
    emailVerifiedAt: new Date(1_700_000_000_123),
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
        emailVerifiedAt: null,
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
    name: 'who is missing is nobody',
    async run({ stores: { users } }) {
      assert.equal(await users.find(u1), null);
      assert.equal(await users.findByEmail('acme', 'ada@example.org'), null);
      assert.deepEqual(await users.update({ ...u1, set: { name: 'Ada' } }), { kind: 'missing' });
      assert.deepEqual(await users.list?.('acme', { limit: 10, after: null }), emptyPage(users));
      assert.equal(await users.delete?.(u1), users.delete && false);
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
        assert.deepEqual(await users.update({ ...user, set: { name: 'x' } }), { kind: 'missing' });
        assert.equal(await users.delete?.(user), users.delete && false);
      }
    },
  },
  {
    name: 'accounts of one tenant are invisible under every other',
    async run({ stores: { users } }) {
      const account = await users.create(newUser());
      assert.equal(await users.find(elsewhere), null);
      assert.equal(await users.findByEmail('globex', 'ada@example.org'), null);
      assert.deepEqual(await users.update({ ...elsewhere, set: { name: 'Eve' } }), { kind: 'missing' });
      assert.equal(await users.delete?.(elsewhere), users.delete && false);
      assert.deepEqual(await users.list?.('globex', { limit: 10, after: null }), emptyPage(users));
      assert.deepEqual(await users.find(u1), account);
      assert.ok(await users.create(newUser(elsewhere)), 'the address is free there');
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

const changes: readonly StoreCase[] = [
  {
    name: 'sets what it is told to and nothing else, and can remove it',
    async run({ stores: { users }, clock }) {
      const account = await users.create(newUser());
      clock.advance(5);
      const name = { kind: 'updated', user: { ...account, name: 'Countess' } };
      assert.deepEqual(await users.update({ ...u1, set: { name: 'Countess' } }), name);
      const nameless = { kind: 'updated', user: { ...account, name: null, emailVerifiedAt: null } };
      assert.deepEqual(await users.update({ ...u1, set: { name: null, emailVerifiedAt: null } }), nameless);
      assert.deepEqual(await users.find(u1), nameless.user);
      const disabledAt = new Date(clock.now() + 1);
      const disabled = await users.update({ ...u1, set: { disabledAt } });
      assert.deepEqual(disabled, { kind: 'updated', user: { ...nameless.user, disabledAt } });
      const enabled = await users.update({ ...u1, set: { disabledAt: null } });
      assert.deepEqual(enabled, nameless);
    },
  },
  {
    name: 'replaces the hash that was expected, and no other',
    async run({ stores: { users } }) {
      const account = await users.create(newUser({ passwordHash: 'h0' }));
      for (const passwordHash of ['stale', null]) {
        const stale = { ...u1, expected: { passwordHash }, set: { passwordHash: 'h1' } };
        assert.deepEqual(await users.update(stale), { kind: 'unexpected' });
      }
      assert.deepEqual(await users.find(u1), account);
      const changed = { kind: 'updated', user: { ...account, passwordHash: 'h1' } };
      assert.deepEqual(await users.update(replacement('h0', 'h1')), changed);
      assert.deepEqual(await users.find(u1), changed.user);
    },
  },
  {
    name: 'sets a first password where there was none',
    async run({ stores: { users } }) {
      await users.create(newUser({ passwordHash: null }));
      assert.deepEqual(await users.update(replacement('h0', 'h1')), { kind: 'unexpected' });
      assert.equal((await users.update(replacement(null, 'h1'))).kind, 'updated');
      assert.equal((await users.find(u1))?.passwordHash, 'h1');
    },
  },
  {
    name: 'the same command twice is the same account twice',
    async run({ stores: { users } }) {
      await users.create(newUser({ passwordHash: 'h0' }));
      const first = await users.update(replacement('h0', 'h1'));
      assert.equal(first.kind, 'updated');
      assert.deepEqual(await users.update(replacement('h0', 'h1')), first);
    },
  },
  {
    name: 'of parallel replacements of a hash one wins',
    async run({ stores: { users } }) {
      await users.create(newUser({ passwordHash: 'h0' }));
      const outcomes = await Promise.all(
        Array.from({ length: racers }, (_, index) => users.update(replacement('h0', `new ${index}`))),
      );
      const winners = outcomes.flatMap(({ kind }, index) => (kind === 'updated' ? [`new ${index}`] : []));
      assert.equal(winners.length, 1);
      assert.equal((await users.find(u1))?.passwordHash, winners[0]);
    },
  },
  {
    name: 'parallel changes of different fields all stay',
    async run({ stores: { users } }) {
      const account = await users.create(newUser());
      const disabledAt = new Date(1_800_000_000_000);
      const sets = [{ name: 'Countess' }, { passwordHash: 'h1' }, { disabledAt }, { emailVerifiedAt: null }];
      await Promise.all(sets.map((set) => users.update({ ...u1, set })));
      assert.deepEqual(await users.find(u1), Object.assign({ ...account }, ...sets));
    },
  },
];

const addresses: readonly StoreCase[] = [
  {
    name: 'a new address finds the account, and the old one is free',
    async run({ stores: { users } }) {
      const account = await users.create(newUser());
      const moved = await users.update({ ...u1, set: addressOf('lovelace') });
      assert.deepEqual(moved, { kind: 'updated', user: { ...account, ...addressOf('lovelace') } });
      assert.equal(await users.findByEmail('acme', 'ada@example.org'), null);
      assert.equal((await users.findByEmail('acme', 'lovelace@example.org'))?.userId, 'u1');
      assert.ok(await users.create(newUser({ userId: 'u2' })), 'the old address can be taken');
    },
  },
  {
    name: 'an address that is taken stays whose it is, and nothing of the change happens',
    async run({ stores: { users } }) {
      const account = await users.create(newUser());
      const owner = await users.create(newUser({ userId: 'u2', ...addressOf('eve') }));
      const taken = { ...u1, set: { ...addressOf('eve'), name: 'Eve' } };
      assert.deepEqual(await users.update(taken), { kind: 'email_taken' });
      assert.deepEqual(
        [await users.find(u1), await users.findByEmail('acme', 'eve@example.org')],
        [account, owner],
      );
      const elsewhereTaken = await users.create(newUser(elsewhere));
      assert.ok(elsewhereTaken, 'every tenant has its own addresses');
    },
  },
  {
    name: 'an address that was not the expected one is not replaced',
    async run({ stores: { users } }) {
      const account = await users.create(newUser());
      const expected = { canonicalEmail: 'older@example.org' };
      assert.deepEqual(await users.update({ ...u1, expected, set: addressOf('eve') }), {
        kind: 'unexpected',
      });
      assert.deepEqual(await users.find(u1), account);
    },
  },
  {
    name: 'of parallel changes to one address, and registrations of it, one wins',
    async run({ stores: { users } }) {
      const movers = Array.from({ length: racers / 2 }, (_, index) => `mover${index}`);
      for (const userId of movers) await users.create(newUser({ userId, ...addressOf(userId) }));
      const won = await Promise.all(
        movers.flatMap((userId, index) => [
          users.update({ tenantId: 'acme', userId, set: addressOf('wanted') }).then(({ kind }) => kind),
          users
            .create(newUser({ userId: `new${index}`, ...addressOf('wanted') }))
            .then((user) => (user === null ? 'email_taken' : 'updated')),
        ]),
      );
      assert.deepEqual(new Set(won), new Set(['updated', 'email_taken']));
      assert.equal(won.filter((kind) => kind === 'updated').length, 1);
      assert.ok(await users.findByEmail('acme', 'wanted@example.org'));
    },
  },
];

const administration: readonly StoreCase[] = [
  {
    name: 'lists the accounts of a tenant newest first, page by page, without ghosts or omissions',
    async run({ stores: { users }, clock }) {
      if (users.list === undefined) return;
      await users.create(newUser(elsewhere));
      for (let index = 0; index < 7; index++) {
        // Two of one instant are next to each other, in the order of their ids.
        if (index % 2 === 0) clock.advance(1000);
        await users.create(newUser({ userId: `u${index}`, ...addressOf(`user${index}`) }));
      }
      const seen: string[] = [];
      let after: UserCursor | null = null;
      do {
        const page: UserPage = await users.list('acme', { limit: 3, after });
        assert.ok(page.users.length <= 3);
        seen.push(...page.users.map(({ userId }) => userId));
        after = page.next;
      } while (after !== null);
      assert.deepEqual(seen, ['u6', 'u4', 'u5', 'u2', 'u3', 'u0', 'u1']);
      const whole = await users.list('acme', { limit: 7, after: null });
      assert.deepEqual(whole.users[0], await users.find({ tenantId: 'acme', userId: 'u6' }));
      assert.equal(whole.next, null, 'a page that ends with the last account is the last one');
    },
  },
  {
    name: 'a deleted account is gone, its address is free, and others stay',
    async run({ stores: { users } }) {
      const remove = users.delete?.bind(users);
      if (remove === undefined) return;
      await users.create(newUser());
      const other = await users.create(newUser({ userId: 'u2', ...addressOf('eve') }));
      const deleted = await Promise.all(Array.from({ length: racers }, () => remove(u1)));
      assert.equal(deleted.filter(Boolean).length, 1);
      assert.equal(await users.find(u1), null);
      assert.equal(await users.findByEmail('acme', 'ada@example.org'), null);
      assert.deepEqual(await users.find({ ...u1, userId: 'u2' }), other);
      assert.deepEqual(await users.update({ ...u1, set: { name: 'Ada' } }), { kind: 'missing' });
      assert.ok(await users.create(newUser({ userId: 'u3' })));
    },
  },
];

function replacement(expected: string | null, passwordHash: string): UpdateUserCommand {
  return { ...u1, expected: { passwordHash: expected }, set: { passwordHash } };
}

function addressOf(name: string): { readonly email: string; readonly canonicalEmail: string } {
  return { email: `${name.toUpperCase()}@Example.org`, canonicalEmail: `${name}@example.org` };
}

function emptyPage(users: UserStore): UserPage | undefined {
  return users.list && { users: [], next: null };
}

/** What every `UserStore` must do. */
export const userStoreChapters: readonly StoreChapter[] = [
  { name: 'user records', cases: records },
  { name: 'create of users', cases: creation },
  { name: 'update of users', cases: changes },
  { name: 'addresses of users', cases: addresses },
  { name: 'list and delete of users', cases: administration },
];
