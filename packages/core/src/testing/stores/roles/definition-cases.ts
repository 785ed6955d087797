import assert from 'node:assert/strict';
import type { StoreCase } from '../store-case.js';
import {
  ada,
  auditor,
  bob,
  grant,
  grantAll,
  grantMade,
  listAll,
  listHeld,
  make,
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
      const made = await make(store);
      assert.deepEqual(made, {
        ...{
          tenantId: 'acme',
          name: 'auditor',
          permissions: ['reports:read', 'a:b'],
          description: 'Looks on',
        },
        ...{ createdBy: 'boss', createdAt, updatedAt: createdAt, revision: made.revision },
      });
      assert.deepEqual(await store.findRole({ tenantId: 'acme', name: 'auditor' }), made);
      assert.equal(await store.findRole({ tenantId: 'globex', name: 'auditor' }), null);
      assert.equal(await store.findRole({ tenantId: 'acme', name: 'Auditor' }), null);
      await make(store, { name: 'Z', permissions: [] });
      await make(store, { tenantId: 'globex' });
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
      assert.deepEqual(await store.createRole(auditor({ permissions: ['x:y'] })), { kind: 'exists' });
      assert.deepEqual(await store.listRoles('acme'), [made.kind === 'created' ? made.role : null]);
    }),
  },
  {
    name: 'a custom role can be granted only while there is one, and is read with the assignment',
    run: withRoles(async (store) => {
      const missing = grant(ada, 'auditor', { definition: 'some' });
      assert.deepEqual(await store.grant(missing), { kind: 'role_missing' });
      assert.equal(await versionOf(store, ada), 0);
      const made = await make(store);
      await make(store, { name: 'other' });
      await make(store, { tenantId: 'globex', permissions: ['root'] });
      const granting = grant(ada, 'auditor', { definition: made.revision });
      assert.deepEqual(await store.grant(granting), { kind: 'granted', version: 1 });
      await grantAll(store, ada, 'boss');
      assert.deepEqual((await store.findHeld(ada)).customRoles, [made]);
    }),
  },
  {
    name: 'another definition acts on everybody who holds the role, and on nobody else',
    run: withRoles(async (store, clock) => {
      const made = await make(store);
      await grantMade(store, ada, made);
      await grantAll(store, bob, 'boss');
      clock.advance(5);
      const command = replacement(made.revision);
      const expected = {
        kind: 'replaced',
        role: {
          ...made,
          permissions: ['reports:write'],
          description: null,
          updatedAt: new Date(clock.now()),
          revision: command.commandId,
        },
        holders: [{ userId: 'ada', version: 2 }],
      };
      assert.deepEqual(await store.replaceRole(command), expected);
      clock.advance(5);
      assert.deepEqual(await store.replaceRole(command), expected, 'the same command again');
      const held = await store.findHeld(ada);
      assert.deepEqual([held.version, held.customRoles], [2, [expected.role]]);
      assert.equal(await versionOf(store, bob), 1);
      for (const other of [{ name: 'other' }, { tenantId: 'globex' }]) {
        assert.deepEqual(await store.replaceRole(replacement('some', other)), { kind: 'missing' });
      }
    }),
  },
  {
    name: 'a role that is deleted is taken from everybody, in one step',
    run: withRoles(async (store) => {
      const made = await make(store);
      const there = await make(store, { tenantId: 'globex' });
      const elsewhere = { tenantId: 'globex', userId: 'ada' };
      for (const user of [ada, bob]) await grantMade(store, user, made);
      await grantMade(store, elsewhere, there);
      await grantAll(store, bob, 'boss');
      assert.deepEqual(await store.deleteRole({ ...made, name: 'other' }), { kind: 'missing' });
      assert.deepEqual(await store.deleteRole(made), {
        kind: 'deleted',
        holders: [
          { userId: 'ada', version: 2 },
          { userId: 'bob', version: 3 },
        ],
      });
      assert.deepEqual(await store.findHeld(ada), { version: 2, assignments: [], customRoles: [] });
      assert.deepEqual(await listHeld(store, bob), ['boss']);
      assert.deepEqual(await store.deleteRole(made), { kind: 'missing' });
      assert.deepEqual(await listHeld(store, elsewhere), ['auditor']);
      const granting = grant(ada, 'auditor', { definition: made.revision });
      assert.equal((await store.grant(granting)).kind, 'role_missing');
    }),
  },
];

/** A role that many hold. @param count how many. */
export function createBulkCase(count: number): StoreCase {
  return {
    name: 'a definition with very many holders changes for all of them in one step',
    run: withRoles(async (store) => {
      const made = await make(store);
      const userIds = Array.from({ length: count }, (_, index) => `user ${String(index).padStart(5, '0')}`);
      for (let from = 0; from < userIds.length; from += 100) {
        await Promise.all(
          userIds
            .slice(from, from + 100)
            .map((userId) => grantMade(store, { tenantId: 'acme', userId }, made)),
        );
      }
      const holdersAt = (version: number) => userIds.map((userId) => ({ userId, version }));
      const replaced = await store.replaceRole(replacement(made.revision));
      assert.ok(replaced.kind === 'replaced');
      assert.deepEqual(replaced.holders, holdersAt(2));
      const deleted = await store.deleteRole(replaced.role);
      assert.deepEqual(deleted, { kind: 'deleted', holders: holdersAt(3) });
      assert.deepEqual(await listAll(store, 'acme', 100), []);
    }),
  };
}
