import assert from 'node:assert/strict';
import type { StoreCase } from '../store-case.js';
import {
  ada,
  auditor,
  bob,
  grant,
  grantAll,
  listAll,
  listHeld,
  replacement,
  versionOf,
  withRoles,
} from './role-fixtures.js';

/** What the roles are that were made at run time. */
export const definitionCases: readonly StoreCase[] = [
  {
    name: 'a role comes back with every field, and is the tenant’s alone',
    run: withRoles(async (store, clock) => {
      const createdAt = new Date(clock.now());
      const made = await store.createRole(auditor());
      assert.deepEqual(made, {
        ...{
          tenantId: 'acme',
          name: 'auditor',
          permissions: ['reports:read', 'a:b'],
          description: 'Looks on',
        },
        ...{ createdBy: 'boss', createdAt, updatedAt: createdAt },
      });
      assert.deepEqual(await store.findRole({ tenantId: 'acme', name: 'auditor' }), made);
      assert.equal(await store.findRole({ tenantId: 'globex', name: 'auditor' }), null);
      assert.equal(await store.findRole({ tenantId: 'acme', name: 'Auditor' }), null);
      await store.createRole(auditor({ name: 'Z', permissions: [] }));
      await store.createRole(auditor({ tenantId: 'globex' }));
      const listed = await store.listRoles('acme');
      assert.deepEqual(
        listed.map(({ name }) => name),
        ['Z', 'auditor'],
      );
    }),
  },
  {
    name: 'a second role of one name is refused, but for the same command',
    run: withRoles(async (store, clock) => {
      const command = auditor();
      const made = await store.createRole(command);
      clock.advance(1);
      assert.deepEqual(await store.createRole(command), made);
      assert.equal(await store.createRole(auditor({ permissions: ['x:y'] })), null);
      assert.deepEqual(await store.listRoles('acme'), [made]);
    }),
  },
  {
    name: 'a custom role can be granted only while there is one, and is read with the assignment',
    run: withRoles(async (store) => {
      const custom = { isCustom: true };
      assert.deepEqual(await store.grant(grant(ada, 'auditor', custom)), { kind: 'role_missing' });
      assert.equal(await versionOf(store, ada), 0);
      const made = await store.createRole(auditor());
      await store.createRole(auditor({ name: 'other' }));
      await store.createRole(auditor({ tenantId: 'globex', permissions: ['root'] }));
      assert.deepEqual(await store.grant(grant(ada, 'auditor', custom)), { kind: 'granted', version: 1 });
      await grantAll(store, ada, 'boss');
      assert.deepEqual((await store.findHeld(ada)).customRoles, [made]);
    }),
  },
  {
    name: 'another definition acts on everybody who holds the role, and on nobody else',
    run: withRoles(async (store, clock) => {
      const made = await store.createRole(auditor());
      await store.grant(grant(ada, 'auditor', { isCustom: true }));
      await grantAll(store, bob, 'boss');
      clock.advance(5);
      const command = replacement();
      const expected = {
        role: {
          ...made,
          permissions: ['reports:write'],
          description: null,
          updatedAt: new Date(clock.now()),
        },
        holders: [{ userId: 'ada', version: 2 }],
      };
      assert.deepEqual(await store.replaceRole(command), expected);
      clock.advance(5);
      assert.deepEqual(await store.replaceRole(command), expected, 'the same command again');
      const held = await store.findHeld(ada);
      assert.deepEqual([held.version, held.customRoles], [2, [expected.role]]);
      assert.equal(await versionOf(store, bob), 1);
      assert.equal(await store.replaceRole(replacement({ name: 'other' })), null);
      assert.equal(await store.replaceRole(replacement({ tenantId: 'globex' })), null);
    }),
  },
  {
    name: 'a role that is deleted is taken from everybody, in one step',
    run: withRoles(async (store) => {
      await store.createRole(auditor());
      await store.createRole(auditor({ tenantId: 'globex' }));
      const elsewhere = { tenantId: 'globex', userId: 'ada' };
      for (const user of [ada, bob, elsewhere]) await store.grant(grant(user, 'auditor', { isCustom: true }));
      await grantAll(store, bob, 'boss');
      assert.equal(await store.deleteRole({ tenantId: 'acme', name: 'other' }), null);
      assert.deepEqual(await store.deleteRole({ tenantId: 'acme', name: 'auditor' }), [
        { userId: 'ada', version: 2 },
        { userId: 'bob', version: 3 },
      ]);
      assert.deepEqual(await store.findHeld(ada), { version: 2, assignments: [], customRoles: [] });
      assert.deepEqual(await listHeld(store, bob), ['boss']);
      assert.equal(await store.deleteRole({ tenantId: 'acme', name: 'auditor' }), null);
      assert.deepEqual(await listHeld(store, elsewhere), ['auditor']);
      assert.equal((await store.grant(grant(ada, 'auditor', { isCustom: true }))).kind, 'role_missing');
    }),
  },
];

/** A role that many hold. @param count how many. */
export function createBulkCase(count: number): StoreCase {
  return {
    name: 'a definition with very many holders changes for all of them in one step',
    run: withRoles(async (store) => {
      await store.createRole(auditor());
      const userIds = Array.from({ length: count }, (_, index) => `user ${String(index).padStart(5, '0')}`);
      for (let from = 0; from < userIds.length; from += 100) {
        await Promise.all(
          userIds
            .slice(from, from + 100)
            .map((userId) => store.grant(grant({ tenantId: 'acme', userId }, 'auditor', { isCustom: true }))),
        );
      }
      const replaced = await store.replaceRole(replacement());
      assert.deepEqual(
        replaced?.holders,
        userIds.map((userId) => ({ userId, version: 2 })),
      );
      const deleted = await store.deleteRole({ tenantId: 'acme', name: 'auditor' });
      assert.deepEqual(
        deleted,
        userIds.map((userId) => ({ userId, version: 3 })),
      );
      assert.deepEqual(await listAll(store, 'acme', 100), []);
    }),
  };
}
