import assert from 'node:assert/strict';
import type { StoreSet, Stores } from '../../stores/stores.js';
import {
  accessToken,
  ada,
  createSession,
  ending,
  hardRotation,
  newSession,
  presentation,
  raising,
  sessionIdOf,
  windows,
} from './sessions/session-fixtures.js';
import type { StoreCase, StoreChapter } from './store-case.js';

/** Readiness. */
export const pingChapter: StoreChapter = {
  name: 'ping',
  cases: [
    {
      name: 'resolves while the stores answer',
      async run({ stores }) {
        const { sessions, revocations, users, oneTimeTokens, rateLimits, secondFactors, audit } = stores;
        const all = [sessions, revocations, users, oneTimeTokens, rateLimits, secondFactors, audit];
        for (const store of all) assert.equal(await store?.ping?.(), undefined);
      },
    },
  ],
};

const recording: readonly StoreCase[] = [
  {
    name: 'an ended session is revoked in the same step, for as long as its access tokens live',
    async run({ stores: { sessions, revocations }, clock }) {
      for (const label of ['phone', 'laptop']) await createSession(sessions, label);
      await sessions.end(ending('phone'));
      clock.advance(windows.accessTokenMs - 1);
      assert.equal(await revocations.deleteExpired(10), 0);
      assert.equal(await revocations.isRevoked(accessToken('phone')), true);
      assert.equal(await revocations.isRevoked(accessToken('laptop')), false);
    },
  },
  {
    name: 'a session ended twice is revoked from the later time on',
    async run({ stores: { sessions, revocations }, clock }) {
      await createSession(sessions, 'phone');
      await sessions.end(ending('phone'));
      clock.advance(windows.accessTokenMs - 1);
      await sessions.end(ending('phone'));
      clock.advance(windows.accessTokenMs - 1);
      await revocations.deleteExpired(10);
      assert.equal(await revocations.isRevoked(accessToken('phone')), true);
    },
  },
  {
    name: 'theft revokes the session: fork and reuse',
    async run({ stores: { sessions, revocations }, clock }) {
      for (const label of ['forked', 'reused', 'refreshed']) await createSession(sessions, label);
      clock.advance(windows.floorMs);
      for (const label of ['reused', 'refreshed']) await sessions.rotate(presentation(label, 0));
      await sessions.rotate(presentation('forked', 0, { secret: 'forged' }));
      clock.advance(windows.floorMs);
      const late = { next: presentation('reused', 5).next };
      assert.equal((await sessions.rotate(presentation('reused', 0, late))).kind, 'reuse');
      assert.equal(await revocations.isRevoked(accessToken('forked')), true);
      assert.equal(await revocations.isRevoked(accessToken('reused')), true);
      assert.equal(await revocations.isRevoked(accessToken('refreshed')), false);
    },
  },
  {
    name: 'sessions that make room are revoked',
    async run({ stores: { sessions, revocations }, clock }) {
      for (const label of ['a', 'b', 'c']) {
        await createSession(sessions, label, { maxSessions: 2 });
        clock.advance(1);
      }
      assert.equal(await revocations.isRevoked(accessToken('a')), true);
      assert.equal(await revocations.isRevoked(accessToken('b')), false);
    },
  },
  {
    name: 'endAll revokes what came before it and nothing that comes after',
    async run({ stores: { sessions, revocations } }) {
      await sessions.endAll({ ...ada, ...raising('c1') });
      assert.equal(await revocations.isRevoked(accessToken('any', 0)), true);
      assert.equal(await revocations.isRevoked(accessToken('any', 1)), false);
      assert.equal(await revocations.isRevoked({ ...accessToken('any', 0), userId: 'bob' }), false);
    },
  },
  {
    name: 'endTenant revokes every user of the tenant',
    async run({ stores: { sessions, revocations } }) {
      await sessions.endTenant({ tenantId: ada.tenantId, ...raising('c1') });
      assert.equal(await revocations.isRevoked({ ...accessToken('any'), userId: 'bob' }), true);
      assert.equal(await revocations.isRevoked({ ...accessToken('any'), tenantEpoch: 1 }), false);
      assert.equal(await revocations.isRevoked({ ...accessToken('any'), tenantId: 'globex' }), false);
    },
  },
  {
    name: 'a hard rotation revokes only when it ends the others, and then its own older tokens too',
    async run({ stores: { sessions, revocations } }) {
      await createSession(sessions, 'phone');
      await sessions.rotateHard(hardRotation('phone'));
      assert.equal(await revocations.isRevoked(accessToken('phone')), false);
      await sessions.rotateHard(hardRotation('phone', 'harder', true));
      assert.equal(await revocations.isRevoked(accessToken('phone', 0)), true);
      assert.equal(await revocations.isRevoked(accessToken('phone', 1)), false);
    },
  },
  {
    name: 'endOthers revokes the others and leaves the tokens of the kept session good',
    async run({ stores: { sessions, revocations } }) {
      const { id } = await createSession(sessions, 'phone');
      await sessions.endOthers({ ...ada, keepSessionId: id, ...raising('c1') });
      assert.equal(await revocations.isRevoked(accessToken('phone', 0)), false);
      assert.equal(await revocations.isRevoked(accessToken('laptop', 0)), true);
    },
  },
  {
    name: 'endOthers does not bring back the tokens of the kept session that were revoked before',
    async run({ stores: { sessions, revocations } }) {
      const { id } = await createSession(sessions, 'phone');
      await sessions.rotateHard(hardRotation('phone', 'hard', true));
      await sessions.endOthers({ ...ada, keepSessionId: id, ...raising('c1') });
      assert.equal(await revocations.isRevoked(accessToken('phone', 0)), true);
      assert.equal(await revocations.isRevoked(accessToken('phone', 1)), false);
      await sessions.endOthers({ ...ada, keepSessionId: id, ...raising('c2') });
      assert.equal(await revocations.isRevoked(accessToken('phone', 1)), false);
    },
  },
  {
    name: 'what changed nothing revokes nothing',
    async run({ stores: { sessions, revocations } }) {
      await sessions.end(ending('nobody'));
      await sessions.rotateHard(hardRotation('nobody', 'hard', true));
      await sessions.endOthers({ ...ada, keepSessionId: sessionIdOf('nobody'), ...raising('c1') });
      assert.equal(await revocations.isRevoked(accessToken('nobody')), false);
    },
  },
];

/** Where sessions and revocations share a database, what ends is revoked in the same step. */
export function linkedRecordingChapter(recordsRevocations: boolean): StoreChapter {
  const name = 'linked recording';
  const declared: StoreCase = {
    name: recordsRevocations
      ? 'the sessions record in these revocations'
      : 'the sessions do not record in these revocations, as declared',
    async run({ stores: { sessions, revocations } }) {
      assert.equal(sessions.recordsRevocationsIn === revocations, recordsRevocations);
    },
  };
  return { name, cases: recordsRevocations ? [declared, ...recording] : [declared] };
}

const user = {
  ...ada,
  email: 'ada@example.org',
  canonicalEmail: 'ada@example.org',
  emailVerifiedAt: null,
  name: null,
  roles: [],
  passwordHash: null,
};

/** A transaction of stores that have them. */
async function inTransaction<T>(stores: Stores, work: (set: StoreSet) => Promise<T>): Promise<T> {
  assert.ok(stores.transactions, 'the stores offer no transactions');
  return stores.transactions.run(work);
}

const transactions: readonly StoreCase[] = [
  {
    name: 'it covers these very stores',
    async run({ stores }) {
      const {
        transactions: offered,
        users,
        sessions,
        revocations,
        oneTimeTokens,
        secondFactors,
        audit,
      } = stores;
      const all = { users, sessions, revocations, oneTimeTokens, secondFactors, audit };
      for (const [name, store] of Object.entries(all))
        assert.equal(offered?.covers[name as keyof StoreSet], store, name);
    },
  },
  {
    name: 'what resolves is kept, in all stores, and its value is handed on',
    async run({ stores }) {
      const value = await inTransaction(stores, async (set) => {
        await set.users.create(user);
        await createSession(set.sessions, 'phone');
        await set.sessions.end(ending('phone'));
        return 42;
      });
      assert.equal(value, 42);
      assert.ok(await stores.users.find(ada));
      assert.equal((await stores.sessions.find(ada.tenantId, sessionIdOf('phone')))?.endReason, 'signed_out');
    },
  },
  {
    name: 'what rejects leaves no trace, and rejects with what was thrown',
    async run({ stores }) {
      const reason = new Error('the app changed its mind');
      const work = inTransaction(stores, async (set) => {
        await set.users.create(user);
        await createSession(set.sessions, 'phone');
        await set.sessions.endAll({ ...ada, ...raising('c1') });
        await set.revocations.add([{ kind: 'token', jti: 'of phone', until: new Date('2031-01-01') }]);
        throw reason;
      });
      await assert.rejects(work, (error) => error === reason);
      assert.equal(await stores.users.find(ada), null);
      assert.equal(await stores.sessions.find(ada.tenantId, sessionIdOf('phone')), null);
      assert.deepEqual(await stores.sessions.readEpochs(ada), { userEpoch: 0, tenantEpoch: 0 });
      assert.equal(await stores.revocations.isRevoked(accessToken('phone')), false);
    },
  },
  {
    name: 'the work sees what it did itself',
    async run({ stores }) {
      await inTransaction(stores, async ({ sessions, users }) => {
        await users.create(user);
        assert.ok(await users.findByEmail(ada.tenantId, user.canonicalEmail));
        assert.equal((await sessions.create(newSession('phone'))).kind, 'created');
        assert.equal((await sessions.list(ada, { limit: 10, after: null })).sessions.length, 1);
        await sessions.endAll({ ...ada, ...raising('c1') });
        assert.equal((await sessions.create(newSession('laptop'))).kind, 'epoch_moved');
      });
    },
  },
  {
    name: 'an outcome that refuses does not spoil the transaction',
    async run({ stores }) {
      await inTransaction(stores, async ({ users, sessions }) => {
        await users.create(user);
        assert.equal(await users.create({ ...user, userId: 'eve' }), null);
        assert.equal(await users.create({ ...user, canonicalEmail: 'x@example.org' }), null);
        assert.equal(await users.find({ tenantId: '\0', userId: '\ud800' }), null);
        await createSession(sessions, 'phone');
      });
      assert.ok(await stores.users.find(ada));
      assert.ok(await stores.sessions.find(ada.tenantId, sessionIdOf('phone')));
    },
  },
];

/** All or nothing, where the stores share one database. */
export function transactionChapter(offersTransaction: boolean): StoreChapter {
  const name = 'transaction';
  const declined: StoreCase = {
    name: 'is not offered, as declared',
    async run({ stores }) {
      assert.equal(stores.transactions, undefined);
    },
  };
  return { name, cases: offersTransaction ? transactions : [declined] };
}
