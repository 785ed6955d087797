import assert from 'node:assert/strict';
import type { Revocation } from '../../stores/revocation.js';
import type { RevocationStore } from '../../stores/revocation-store.js';
import { createRevoker, minuteMs, token } from './revocations/revocation-fixtures.js';
import type { StoreCase, StoreChapter } from './store-case.js';
import { longestText, unicodeText } from './texts.js';

async function deleteAllExpired(revocations: RevocationStore): Promise<void> {
  while ((await revocations.deleteExpired(2)) > 0);
}

/** A case per kind: what it stops and what it leaves alone. */
const reach: readonly StoreCase[] = [
  {
    name: 'nothing is revoked in an empty store',
    async run({ stores: { revocations } }) {
      assert.equal(await revocations.isRevoked(token()), false);
    },
  },
  {
    name: 'a token is revoked by its id, and no other token is',
    async run({ stores: { revocations }, clock }) {
      await revocations.add([createRevoker(clock).token()]);
      assert.equal(await revocations.isRevoked(token()), true);
      assert.equal(await revocations.isRevoked(token({ jti: 'j2' })), false);
      assert.equal(await revocations.isRevoked(token({ jti: 'J1' })), false);
    },
  },
  {
    name: 'a session is revoked by its id, and no other session is',
    async run({ stores: { revocations }, clock }) {
      await revocations.add([createRevoker(clock).session()]);
      assert.equal(await revocations.isRevoked(token({ jti: 'j9' })), true);
      assert.equal(await revocations.isRevoked(token({ sessionId: 's2' })), false);
    },
  },
  {
    name: 'a user epoch revokes the lower epochs of that user and tenant only',
    async run({ stores: { revocations }, clock }) {
      await revocations.add([createRevoker(clock).user(5)]);
      assert.equal(await revocations.isRevoked(token({ userEpoch: 4 })), true);
      assert.equal(await revocations.isRevoked(token({ userEpoch: 5 })), false);
      assert.equal(await revocations.isRevoked(token({ userEpoch: 4, userId: 'bob' })), false);
      assert.equal(await revocations.isRevoked(token({ userEpoch: 4, tenantId: 'globex' })), false);
    },
  },
  {
    name: 'a tenant epoch revokes the lower epochs of that tenant only',
    async run({ stores: { revocations }, clock }) {
      await revocations.add([createRevoker(clock).tenant(3)]);
      assert.equal(await revocations.isRevoked(token({ tenantEpoch: 2, userId: 'bob' })), true);
      assert.equal(await revocations.isRevoked(token({ tenantEpoch: 3 })), false);
      assert.equal(await revocations.isRevoked(token({ tenantEpoch: 2, tenantId: 'globex' })), false);
    },
  },
  {
    name: 'a version of roles revokes the lower versions of that user and tenant only',
    async run({ stores: { revocations }, clock }) {
      await revocations.add([createRevoker(clock).roles(3)]);
      for (const rolesVersion of [0, 1, 2]) {
        assert.equal(await revocations.isRevoked(token({ rolesVersion })), true, `version ${rolesVersion}`);
      }
      assert.equal(await revocations.isRevoked(token({ rolesVersion: 3 })), false);
      assert.equal(await revocations.isRevoked(token({ userId: 'bob' })), false);
      assert.equal(await revocations.isRevoked(token({ tenantId: 'globex' })), false);
    },
  },
  {
    name: 'a version of roles is no epoch, and an epoch is no version',
    async run({ stores: { revocations }, clock }) {
      const { user, roles } = createRevoker(clock);
      await revocations.add([roles(9)]);
      assert.equal(
        await revocations.isRevoked(token({ userEpoch: 0, tenantEpoch: 0, rolesVersion: 9 })),
        false,
      );
      await revocations.add([user(5)]);
      assert.equal(await revocations.isRevoked(token({ userEpoch: 5, rolesVersion: 9 })), false);
      assert.equal(await revocations.isRevoked(token({ userEpoch: 4, rolesVersion: 9 })), true);
      assert.equal(await revocations.isRevoked(token({ userEpoch: 9, rolesVersion: 8 })), true);
    },
  },
  {
    name: 'the session that signed the others out is excepted',
    async run({ stores: { revocations }, clock }) {
      await revocations.add([createRevoker(clock).user(5, 's1')]);
      assert.equal(await revocations.isRevoked(token({ sessionId: 's1' })), false);
      assert.equal(await revocations.isRevoked(token({ sessionId: 's2' })), true);
      await revocations.add([createRevoker(clock).session('s1')]);
      assert.equal(await revocations.isRevoked(token({ sessionId: 's1' })), true, 'by its own name it is');
    },
  },
  {
    name: 'names of one kind do not stand for another',
    async run({ stores: { revocations }, clock }) {
      await revocations.add([createRevoker(clock).token('s1'), createRevoker(clock).session('j1')]);
      assert.equal(await revocations.isRevoked(token()), false);
    },
  },
  {
    name: 'names that run together when joined stay apart',
    async run({ stores: { revocations }, clock }) {
      const until = new Date(clock.now() + minuteMs);
      const joined = { tenantId: 'a', userId: 'b:c', epoch: 9, exceptSessionId: null, until };
      await revocations.add([{ kind: 'user', ...joined }]);
      for (const [tenantId, userId] of [
        ['a:b', 'c'],
        ['', 'a:b:c'],
        ['a:b:c', ''],
      ] as const) {
        assert.equal(await revocations.isRevoked(token({ tenantId, userId })), false);
      }
    },
  },
  {
    name: 'text of every script and the longest ids are names like any other',
    async run({ stores: { revocations }, clock }) {
      for (const name of [unicodeText, longestText('a')]) {
        const until = new Date(clock.now() + minuteMs);
        const user = { tenantId: name, userId: name };
        await revocations.add([{ kind: 'user', ...user, epoch: 5, exceptSessionId: null, until }]);
        assert.equal(await revocations.isRevoked(token(user)), true);
      }
      assert.equal(await revocations.isRevoked(token({ tenantId: longestText('b') })), false);
    },
  },
  {
    name: 'text that no database holds names nothing, and hides nothing that is revoked',
    async run({ stores: { revocations }, clock }) {
      for (const hostile of ['\0', 'a\0b', '\ud800', 'z'.repeat(100_000), '']) {
        assert.equal(await revocations.isRevoked(token({ jti: hostile, userId: hostile })), false);
      }
      await revocations.add([createRevoker(clock).session()]);
      for (const hostile of ['\0', '\ud800', 'z'.repeat(100_000)]) {
        assert.equal(await revocations.isRevoked(token({ jti: hostile })), true);
      }
    },
  },
];

/** Union: order, repetition and parallel callers make no difference, and nothing gets weaker. */
const union: readonly StoreCase[] = [
  {
    name: 'an empty list is no change',
    async run({ stores: { revocations } }) {
      await revocations.add([]);
      assert.equal(await revocations.isRevoked(token()), false);
    },
  },
  {
    name: 'a higher epoch wins in either order',
    async run({ stores: { revocations }, clock }) {
      const { user, tenant } = createRevoker(clock);
      await revocations.add([user(6), user(5), tenant(4), tenant(3)]);
      await revocations.add([user(5), tenant(3)]);
      assert.equal(await revocations.isRevoked(token({ userEpoch: 5, tenantEpoch: 9 })), true);
      assert.equal(await revocations.isRevoked(token({ userEpoch: 9, tenantEpoch: 3 })), true);
    },
  },
  {
    name: 'a higher version of roles wins in either order, and a lower one prolongs it',
    async run({ stores: { revocations }, clock }) {
      const [short, long] = [createRevoker(clock), createRevoker(clock, 10 * minuteMs)];
      await revocations.add([short.roles(4), short.roles(3)]);
      await revocations.add([long.roles(2)]);
      clock.advance(10 * minuteMs - 1);
      await deleteAllExpired(revocations);
      assert.equal(await revocations.isRevoked(token({ rolesVersion: 3 })), true);
      assert.equal(await revocations.isRevoked(token({ rolesVersion: 4 })), false);
    },
  },
  {
    name: 'an exception goes with its epoch: a higher one drops it, a lower one brings none in',
    async run({ stores: { revocations }, clock }) {
      const { user } = createRevoker(clock);
      await revocations.add([user(5, 's1')]);
      await revocations.add([user(6)]);
      assert.equal(await revocations.isRevoked(token({ sessionId: 's1' })), true);
      await revocations.add([user(5, 's1')]);
      assert.equal(await revocations.isRevoked(token({ sessionId: 's1' })), true);
      await revocations.add([user(7, 's2')]);
      assert.equal(await revocations.isRevoked(token({ sessionId: 's2', userEpoch: 6 })), false);
    },
  },
  {
    name: 'what a lower epoch revoked of the session that a higher one excepts stays revoked, in any order',
    async run({ stores: { revocations }, clock }) {
      const { user } = createRevoker(clock);
      const isExcepted = async (sessionId: string, userEpoch: number) =>
        !(await revocations.isRevoked(token({ sessionId, userEpoch })));
      const together = [user(7, 's1'), user(6, 's1'), user(5), user(4, 's2')];
      const histories = [
        [together],
        together.map((entry) => [entry]),
        together.toReversed().map((entry) => [entry]),
      ];
      for (const [index, history] of histories.entries()) {
        const userId = `ada ${index}`;
        const ofUser = (entry: Revocation): Revocation => ({ ...entry, userId }) as Revocation;
        for (const entries of history) await revocations.add(entries.map(ofUser));
        for (const userEpoch of [4, 5, 6]) {
          const isDead = await revocations.isRevoked(token({ userId, userEpoch }));
          assert.equal(isDead, userEpoch === 4, `order ${index}, epoch ${userEpoch}`);
        }
      }
      await revocations.add([user(7, 's1')]);
      assert.equal(await isExcepted('s1', 4), true);
      await revocations.add([user(5)]);
      assert.deepEqual([await isExcepted('s1', 4), await isExcepted('s1', 5)], [false, true]);
      await revocations.add([user(9, 's2')]);
      assert.deepEqual([await isExcepted('s2', 6), await isExcepted('s2', 7)], [false, true]);
      assert.equal(await isExcepted('s1', 8), false);
    },
  },
  {
    name: 'one epoch with two exceptions excepts nobody, in either order',
    async run({ stores: { revocations }, clock }) {
      const { user } = createRevoker(clock);
      await revocations.add([user(5, 's1')]);
      await revocations.add([user(5, 's1')]);
      assert.equal(
        await revocations.isRevoked(token({ sessionId: 's1' })),
        false,
        'the same twice is the same',
      );
      await revocations.add([user(5)]);
      await revocations.add([user(5, 's1')]);
      assert.equal(await revocations.isRevoked(token({ sessionId: 's1' })), true);
    },
  },
  {
    name: 'a shorter until does not weaken an entry, and a lower epoch prolongs a higher one',
    async run({ stores: { revocations }, clock }) {
      const long = createRevoker(clock, 10 * minuteMs);
      const short = createRevoker(clock, minuteMs);
      await revocations.add([long.token(), short.token(), short.session(), long.session()]);
      await revocations.add([short.user(5), long.user(4)]);
      clock.advance(10 * minuteMs - 1);
      await deleteAllExpired(revocations);
      assert.equal(await revocations.isRevoked(token({ sessionId: 'x', userEpoch: 9 })), true, 'token');
      assert.equal(await revocations.isRevoked(token({ jti: 'x', userEpoch: 9 })), true, 'session');
      assert.equal(await revocations.isRevoked(token({ jti: 'x', sessionId: 'x' })), true, 'user');
    },
  },
  {
    name: 'one call takes all kinds, repeated names, and a thousand entries',
    async run({ stores: { revocations }, clock }) {
      const revoke = createRevoker(clock);
      const tokens = Array.from({ length: 1000 }, (_, index) => revoke.token(`t${index}`));
      await revocations.add([
        ...tokens,
        revoke.session(),
        revoke.session(),
        revoke.user(5),
        revoke.tenant(3),
        revoke.roles(2),
        revoke.roles(2),
      ]);
      assert.equal(
        await revocations.isRevoked(token({ jti: 't999', sessionId: 'x', userEpoch: 9, tenantEpoch: 9 })),
        true,
      );
      assert.equal(await revocations.isRevoked(token({ userEpoch: 9, tenantEpoch: 9 })), true);
      const others = { sessionId: 'x', userEpoch: 9, tenantEpoch: 9 };
      assert.equal(await revocations.isRevoked(token(others)), true);
      assert.equal(await revocations.isRevoked(token({ ...others, rolesVersion: 2 })), false);
    },
  },
  {
    name: 'parallel callers in opposite orders all get through, and the strongest entry stays',
    async run({ stores: { revocations }, clock }) {
      const epochs = Array.from({ length: 24 }, (_, index) => index + 1);
      await Promise.all(
        epochs.map((epoch) => {
          const { user, tenant, roles, session, token: jti } = createRevoker(clock, epoch * minuteMs);
          const entries = [user(epoch), tenant(epoch), roles(epoch), session('s9'), jti('j9')];
          return revocations.add(epoch % 2 === 0 ? entries : entries.reverse());
        }),
      );
      clock.advance(24 * minuteMs - 1);
      await deleteAllExpired(revocations);
      const untouched = { userEpoch: 99, tenantEpoch: 99, rolesVersion: 99 };
      assert.equal(await revocations.isRevoked(token({ ...untouched, userEpoch: 23 })), true);
      assert.equal(await revocations.isRevoked(token({ ...untouched, tenantEpoch: 23 })), true);
      assert.equal(await revocations.isRevoked(token({ ...untouched, sessionId: 's9' })), true);
      assert.equal(await revocations.isRevoked(token({ ...untouched, rolesVersion: 23 })), true);
      const current = { userEpoch: 24, tenantEpoch: 24, rolesVersion: 24 };
      assert.equal(await revocations.isRevoked(token(current)), false);
    },
  },
];

const cleanup: readonly StoreCase[] = [
  {
    name: 'no entry goes 1 ms before its until',
    async run({ stores: { revocations }, clock }) {
      const { token: jti, session, user, tenant, roles } = createRevoker(clock);
      await revocations.add([jti(), session('s8'), user(5), tenant(3), roles(2)]);
      clock.advance(minuteMs - 1);
      assert.equal(await revocations.deleteExpired(100), 0);
      const free = { userEpoch: 9, tenantEpoch: 9, rolesVersion: 9 };
      assert.equal(await revocations.isRevoked(token(free)), true);
      assert.equal(await revocations.isRevoked(token({ ...free, jti: 'x', sessionId: 's8' })), true);
      assert.equal(await revocations.isRevoked(token({ ...free, jti: 'x', userEpoch: 4 })), true);
      assert.equal(await revocations.isRevoked(token({ ...free, jti: 'x', tenantEpoch: 2 })), true);
      assert.equal(await revocations.isRevoked(token({ ...free, jti: 'x', rolesVersion: 1 })), true);
    },
  },
  {
    name: 'deletes at most limit entries, and ends',
    async run({ stores: { revocations }, clock }) {
      const revoke = createRevoker(clock);
      await revocations.add(Array.from({ length: 5 }, (_, index) => revoke.token(`t${index}`)));
      await revocations.add([createRevoker(clock, 10 * minuteMs).token('kept')]);
      clock.advance(minuteMs);
      assert.ok((await revocations.deleteExpired(2)) <= 2);
      await deleteAllExpired(revocations);
      assert.equal(await revocations.deleteExpired(2), 0);
      assert.equal(await revocations.isRevoked(token({ jti: 't0' })), false);
      assert.equal(await revocations.isRevoked(token({ jti: 'kept' })), true);
    },
  },
];

/** What every `RevocationStore` must do. */
export const revocationStoreChapters: readonly StoreChapter[] = [
  { name: 'isRevoked', cases: reach },
  { name: 'add', cases: union },
  { name: 'deleteExpired of revocations', cases: cleanup },
];
