import assert from 'node:assert/strict';
import type { StoreCase } from '../store-case.js';
import { longestText, unicodeText, unstorableTexts } from '../texts.js';
import {
  ada,
  bob,
  grant,
  grantAll,
  listAll,
  listHeld,
  make,
  revoke,
  strangers,
  versionOf,
  withRoles,
} from './role-fixtures.js';

/** Who has which role. */
export const assignmentCases: readonly StoreCase[] = [
  {
    name: 'who was never granted anything holds nothing, at version 0',
    run: withRoles(async (store) => {
      assert.deepEqual(await store.findHeld(ada), { version: 0, assignments: [], customRoles: [] });
    }),
  },
  {
    name: 'an assignment comes back with every field, and each change raises the version',
    run: withRoles(async (store, clock) => {
      const assignedAt = new Date(clock.now());
      const expiresAt = new Date(clock.now() + 86_400_123);
      assert.deepEqual(await store.grant(grant(ada, 'editor', { expiresAt })), {
        kind: 'granted',
        version: 1,
      });
      clock.advance(1_234);
      const second = await store.grant(grant(ada, 'boss', { assignedBy: null }));
      assert.deepEqual(second, { kind: 'granted', version: 2 });
      assert.deepEqual(await store.findHeld(ada), {
        version: 2,
        assignments: [
          {
            ...{ ...ada, role: 'boss', isCustom: false, assignedBy: null },
            ...{ assignedAt: new Date(clock.now()), expiresAt: null },
          },
          { ...ada, role: 'editor', isCustom: false, assignedBy: 'boss', assignedAt, expiresAt },
        ],
        customRoles: [],
      });
      assert.deepEqual(await store.revoke(revoke(ada, 'boss')), { kind: 'revoked', version: 3 });
      assert.deepEqual(await listHeld(store, ada), ['editor']);
    }),
  },
  {
    name: 'granting a role again replaces its expiry and who granted it',
    run: withRoles(async (store, clock) => {
      await store.grant(grant(ada, 'editor', { expiresAt: new Date(clock.now() + 1) }));
      const again = await store.grant(grant(ada, 'editor', { assignedBy: 'bob' }));
      assert.deepEqual(again, { kind: 'granted', version: 2 });
      const [held, ...more] = (await store.findHeld(ada)).assignments;
      assert.deepEqual([held?.assignedBy, held?.expiresAt, more], ['bob', null, []]);
    }),
  },
  {
    name: 'revoking what the user does not have is missing, with the version as it is',
    run: withRoles(async (store) => {
      assert.deepEqual(await store.revoke(revoke(ada, 'editor')), { kind: 'missing', version: 0 });
      await grantAll(store, ada, 'boss');
      assert.deepEqual(await store.revoke(revoke(ada, 'editor')), { kind: 'missing', version: 1 });
      assert.deepEqual(await store.revoke(revoke(ada, 'BOSS')), { kind: 'missing', version: 1 });
      assert.deepEqual(await listHeld(store, ada), ['boss']);
    }),
  },
  {
    name: 'the same command twice equals once',
    run: withRoles(async (store, clock) => {
      const granting = grant(ada, 'editor');
      for (const _ of [1, 2]) {
        assert.deepEqual(await store.grant(granting), { kind: 'granted', version: 1 });
        clock.advance(1);
      }
      const [held] = (await store.findHeld(ada)).assignments;
      assert.equal(held?.assignedAt.getTime(), clock.now() - 2);
      const revoking = revoke(ada, 'editor');
      for (const _ of [1, 2]) {
        assert.deepEqual(await store.revoke(revoking), { kind: 'revoked', version: 2 });
      }
    }),
  },
  {
    name: 'other users, and the same id in another tenant, have nothing of it',
    run: withRoles(async (store) => {
      await grantAll(store, ada, 'boss');
      for (const user of strangers) {
        assert.deepEqual(await store.findHeld(user), { version: 0, assignments: [], customRoles: [] });
        assert.deepEqual(await store.revoke(revoke(user, 'boss')), { kind: 'missing', version: 0 });
        assert.equal(await store.removeAll({ ...user, keepsOneOf: [] }), true);
      }
      assert.deepEqual(await listAll(store, 'globex', 10), []);
      assert.deepEqual(await listHeld(store, ada), ['boss']);
      assert.equal(await versionOf(store, ada), 1);
    }),
  },
  {
    name: 'text of every script and the longest ids are names like any other',
    run: withRoles(async (store) => {
      for (const name of [unicodeText, longestText('a'), longestText('b'), 'a:b', '']) {
        const user = { tenantId: name, userId: name };
        await store.grant(grant(user, name, { assignedBy: name }));
        const { assignments: held } = await store.findHeld(user);
        assert.deepEqual(
          held.map(({ role, assignedBy }) => [role, assignedBy]),
          [[name, name]],
        );
        const made = await make(store, { ...user, name, permissions: [name], description: name });
        assert.deepEqual([made.name, made.permissions, made.description], [name, [name], name]);
        assert.deepEqual(await store.findRole({ tenantId: name, name }), made);
      }
    }),
  },
  {
    name: 'text that no database holds is nobody, and is not stored',
    run: withRoles(async (store) => {
      for (const hostile of unstorableTexts) {
        for (const user of [
          { ...ada, userId: hostile },
          { ...ada, tenantId: hostile },
        ]) {
          assert.deepEqual(await store.findHeld(user), { version: 0, assignments: [], customRoles: [] });
        }
        assert.deepEqual(await store.revoke(revoke(ada, hostile)), { kind: 'missing', version: 0 });
        assert.equal(await store.findRole({ tenantId: 'acme', name: hostile }), null);
        assert.deepEqual(await store.listRoles(hostile), []);
        assert.deepEqual(
          (await store.listAssignments('acme', { userId: hostile }, { limit: 9, after: null })).assignments,
          [],
        );
      }
    }),
  },
  {
    name: 'taking all roles away raises the version once, and leaves nothing',
    run: withRoles(async (store) => {
      await grantAll(store, ada, 'boss', 'editor');
      await grantAll(store, bob, 'editor');
      for (const _ of [1, 2]) assert.equal(await store.removeAll({ ...ada, keepsOneOf: [] }), true);
      assert.deepEqual(await store.findHeld(ada), { version: 3, assignments: [], customRoles: [] });
      assert.deepEqual(await listHeld(store, bob), ['editor']);
    }),
  },
  {
    name: 'the list gives every assignment of the tenant once, in pages, and by user and role',
    run: withRoles(async (store) => {
      const users = ['ada', 'bob', 'Zoe', 'äda', 'a'].map((userId) => ({ tenantId: 'acme', userId }));
      for (const user of users) await grantAll(store, user, 'boss', 'editor');
      await grantAll(store, { tenantId: 'globex', userId: 'ada' }, 'boss');
      const expected = ['Zoe', 'a', 'ada', 'bob', 'äda'].flatMap((userId) => [
        `${userId} boss`,
        `${userId} editor`,
      ]);
      for (const limit of [1, 3, 100]) {
        const listed = (await listAll(store, 'acme', limit)).map(({ userId, role }) => `${userId} ${role}`);
        assert.deepEqual(listed, expected, `pages of ${limit}`);
      }
      const page = { limit: 100, after: null };
      const ofBob = await store.listAssignments('acme', { userId: 'bob' }, page);
      assert.deepEqual(
        ofBob.assignments.map(({ role }) => role),
        ['boss', 'editor'],
      );
      const bosses = await store.listAssignments('acme', { role: 'boss' }, page);
      assert.equal(bosses.assignments.length, 5);
      const both = await store.listAssignments('acme', { userId: 'ada', role: 'boss' }, page);
      assert.equal(both.assignments.length, 1);
    }),
  },
  {
    name: 'an assignment is there until its expiry, for whoever reads it to judge, and then cleaned up',
    run: withRoles(async (store, clock) => {
      for (const [index, userId] of ['a', 'b', 'c', 'd', 'e'].entries()) {
        const expiresAt = new Date(clock.now() + 1000 + (index === 0 ? 1 : 0));
        await store.grant(grant({ tenantId: 'acme', userId }, 'editor', { expiresAt }));
      }
      await grantAll(store, ada, 'editor');
      clock.advance(999);
      assert.equal(await store.deleteExpired(100), 0);
      clock.advance(1);
      assert.equal((await listAll(store, 'acme', 100)).length, 6);
      assert.equal(await store.deleteExpired(3), 3);
      assert.equal(await store.deleteExpired(3), 1);
      const left = (await listAll(store, 'acme', 100)).map(({ userId }) => userId);
      assert.deepEqual(left, ['a', 'ada']);
    }),
  },
];
