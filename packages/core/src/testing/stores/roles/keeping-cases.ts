import assert from 'node:assert/strict';
import type { StoreCase } from '../store-case.js';
import {
  ada,
  bob,
  grant,
  grantAll,
  keepsOneOf,
  listAll,
  listHeld,
  make,
  revoke,
  versionOf,
  withRoles,
} from './role-fixtures.js';

/** That somebody keeps what must stay. */
export const keepingCases: readonly StoreCase[] = [
  {
    name: 'the last holder of a role that must stay keeps it',
    run: withRoles(async (store) => {
      await grantAll(store, ada, 'boss', 'editor');
      const before = await store.findHeld(ada);
      assert.deepEqual(await store.revoke(revoke(ada, 'boss', { keepsOneOf })), { kind: 'last_holder' });
      assert.equal(await store.suspend({ ...ada, keepsOneOf }), false);
      assert.equal(await store.removeAll({ ...ada, keepsOneOf }), false);
      assert.deepEqual(await store.findHeld(ada), before);
      assert.equal((await store.revoke(revoke(ada, 'editor', { keepsOneOf }))).kind, 'revoked');
    }),
  },
  {
    name: 'another role of those that must stay counts, of the same user and of others',
    run: withRoles(async (store) => {
      await grantAll(store, ada, 'boss', 'owner');
      assert.equal((await store.revoke(revoke(ada, 'boss', { keepsOneOf }))).kind, 'revoked');
      assert.equal((await store.revoke(revoke(ada, 'owner', { keepsOneOf }))).kind, 'last_holder');
      await grantAll(store, bob, 'boss');
      assert.equal((await store.revoke(revoke(ada, 'owner', { keepsOneOf }))).kind, 'revoked');
    }),
  },
  {
    name: 'nobody counts who holds it with an expiry, in another tenant, or is suspended',
    run: withRoles(async (store, clock) => {
      await grantAll(store, ada, 'boss');
      await store.grant(grant(bob, 'boss', { expiresAt: new Date(clock.now() + 86_400_000) }));
      await grantAll(store, { tenantId: 'globex', userId: 'bob' }, 'boss');
      const isRefused = async (): Promise<boolean> =>
        (await store.revoke(revoke(ada, 'boss', { keepsOneOf }))).kind === 'last_holder';
      assert.equal(await isRefused(), true, 'an expiry, and another tenant');
      await grantAll(store, bob, 'boss');
      assert.equal(await store.suspend({ ...bob, keepsOneOf }), true);
      assert.deepEqual(await listHeld(store, bob), ['boss']);
      assert.equal(await isRefused(), true, 'suspended');
      await store.resume(bob);
      assert.equal(await isRefused(), false);
    }),
  },
  {
    name: 'the last assignment that must stay gets no expiry',
    run: withRoles(async (store, clock) => {
      await grantAll(store, ada, 'boss');
      const expiresAt = new Date(clock.now() + 86_400_000);
      const outcome = await store.grant(grant(ada, 'boss', { expiresAt, keepsOneOf }));
      assert.deepEqual(outcome, { kind: 'last_holder' });
      assert.equal((await store.findHeld(ada)).assignments[0]?.expiresAt, null);
      assert.equal((await store.grant(grant(ada, 'boss', { keepsOneOf }))).kind, 'granted');
      assert.equal((await store.grant(grant(ada, 'editor', { expiresAt, keepsOneOf }))).kind, 'granted');
    }),
  },
  {
    name: 'who is erased is named nowhere: what they granted and made stays',
    run: withRoles(async (store) => {
      const byAda = { assignedBy: 'ada' };
      const elsewhere = { tenantId: 'globex', userId: 'bob' };
      await grantAll(store, bob, 'owner');
      for (const user of [ada, bob, elsewhere]) await store.grant(grant(user, 'boss', byAda));
      await store.grant(grant(bob, 'editor', { assignedBy: 'bob' }));
      await make(store, { createdBy: 'ada' });
      await make(store, { name: 'other', createdBy: 'bob' });
      await make(store, { tenantId: 'globex', createdBy: 'ada' });

      assert.equal(await store.removeAll({ ...ada, keepsOneOf }), true);
      assert.deepEqual(
        (await listAll(store, 'acme', 10)).map(({ userId, role, assignedBy }) => [userId, role, assignedBy]),
        [
          ['bob', 'boss', null],
          ['bob', 'editor', 'bob'],
          ['bob', 'owner', 'boss'],
        ],
      );
      assert.deepEqual(
        (await store.listRoles('acme')).map(({ name, createdBy }) => [name, createdBy]),
        [
          ['auditor', null],
          ['other', 'bob'],
        ],
      );
      assert.equal(await versionOf(store, bob), 3, 'what bob may do is what it was');
      const [there] = (await store.findHeld(elsewhere)).assignments;
      assert.equal(there?.assignedBy, 'ada', 'the same id in another tenant is somebody else');
      const role = await store.findRole({ tenantId: 'globex', name: 'auditor' });
      assert.equal(role?.createdBy, 'ada');
    }),
  },
  {
    name: 'who holds nothing is forgotten as well, and nobody who must stay',
    run: withRoles(async (store) => {
      await store.grant(grant(bob, 'boss', { assignedBy: 'ada' }));
      await store.grant(grant(ada, 'editor', { assignedBy: 'bob' }));
      assert.equal(await store.removeAll({ ...bob, keepsOneOf }), false);
      assert.equal((await store.findHeld(ada)).assignments[0]?.assignedBy, 'bob');
      await store.revoke(revoke(ada, 'editor'));
      assert.equal(await store.removeAll({ ...ada, keepsOneOf }), true);
      assert.equal((await store.findHeld(bob)).assignments[0]?.assignedBy, null);
    }),
  },
  {
    name: 'who is suspended or erased twice is so once',
    run: withRoles(async (store) => {
      await grantAll(store, ada, 'boss');
      await grantAll(store, bob, 'boss');
      for (const _ of [1, 2]) assert.equal(await store.suspend({ ...bob, keepsOneOf }), true);
      assert.equal(await versionOf(store, bob), 1);
      for (const _ of [1, 2]) assert.equal(await store.removeAll({ ...bob, keepsOneOf }), true);
      await store.resume({ tenantId: 'acme', userId: 'nobody' });
      assert.equal(await versionOf(store, { tenantId: 'acme', userId: 'nobody' }), 0);
    }),
  },
];
