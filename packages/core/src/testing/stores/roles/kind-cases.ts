import assert from 'node:assert/strict';
import type { RoleStore } from '../../../stores/role-store.js';
import type { StoreCase } from '../store-case.js';
import {
  ada,
  bob,
  grant,
  grantAll,
  grantMade,
  keepsOneOf,
  listHeld,
  make,
  replacement,
  revoke,
  versionOf,
  withRoles,
} from './role-fixtures.js';

const listKinds = async (store: RoleStore): Promise<readonly (readonly [string, boolean])[]> =>
  (await store.findHeld(ada)).assignments.map(({ role, isCustom }) => [role, isCustom]);

/** Roles of the code and roles that were made at run time may have one name. */
export const kindCases: readonly StoreCase[] = [
  {
    name: 'an assignment says which of the two it is; there is one per name, and granting the other one replaces it',
    run: withRoles(async (store) => {
      const made = await make(store);
      await grantAll(store, ada, 'auditor', 'editor');
      assert.deepEqual(await listKinds(store), [
        ['auditor', false],
        ['editor', false],
      ]);
      await grantMade(store, ada, made);
      assert.deepEqual(await listKinds(store), [
        ['auditor', true],
        ['editor', false],
      ]);
      const page = await store.listAssignments('acme', { role: 'auditor' }, { limit: 1, after: null });
      assert.equal(page.assignments[0]?.isCustom, true);
      await grantAll(store, ada, 'auditor');
      assert.deepEqual((await listKinds(store))[0], ['auditor', false]);
      assert.equal(await versionOf(store, ada), 4);
    }),
  },
  {
    name: 'who has the role of the code has nothing of a role of its name that is made, changed and deleted',
    run: withRoles(async (store) => {
      await grantAll(store, ada, 'auditor');
      const made = await make(store);
      await grantMade(store, bob, made);
      const held = await store.findHeld(ada);
      assert.deepEqual([held.version, held.customRoles], [1, []]);
      const command = replacement(made.revision);
      for (const _ of [1, 2]) {
        const replaced = await store.replaceRole(command);
        assert.ok(replaced.kind === 'replaced');
        assert.deepEqual(replaced.holders, [{ userId: 'bob', version: 2 }]);
      }
      const deleted = await store.deleteRole({ ...made, revision: command.commandId });
      assert.deepEqual(deleted, { kind: 'deleted', holders: [{ userId: 'bob', version: 3 }] });
      assert.deepEqual(await store.findHeld(ada), held);
    }),
  },
  {
    name: 'only roles of the code must stay, and only they count',
    run: withRoles(async (store) => {
      const made = await make(store, { name: 'boss' });
      await grantMade(store, bob, made);
      assert.equal((await store.revoke(revoke(bob, 'boss', { keepsOneOf }))).kind, 'revoked');
      await grantMade(store, bob, made);
      await grantAll(store, ada, 'boss');
      assert.deepEqual(await store.revoke(revoke(ada, 'boss', { keepsOneOf })), { kind: 'last_holder' });
      const instead = grant(ada, 'boss', { definition: made.revision, keepsOneOf });
      assert.deepEqual(await store.grant(instead), { kind: 'last_holder' });
      assert.equal(await store.suspend({ ...ada, keepsOneOf }), false);
      await grantAll(store, bob, 'boss');
      assert.equal((await store.grant(instead)).kind, 'granted');
    }),
  },
  {
    name: 'whoever was judged takes away only the one that was judged, be it by granting the other',
    run: withRoles(async (store) => {
      const judgedBy = { userId: 'eve', version: 0 };
      const made = await make(store);
      const ofCode = grant(ada, 'auditor', { judgedBy });
      const custom = grant(ada, 'auditor', { definition: made.revision, judgedBy });
      assert.equal((await store.grant(ofCode)).kind, 'granted');
      assert.deepEqual(await store.grant(custom), { kind: 'held_otherwise' });
      const { revision: definition } = made;
      const outdated = { kind: 'outdated' };
      assert.deepEqual(await store.revoke(revoke(ada, 'auditor', { definition, judgedBy })), outdated);
      assert.deepEqual(await listKinds(store), [['auditor', false]]);
      await grantMade(store, ada, made);
      const again = { ...ofCode, commandId: 'again' };
      assert.deepEqual(await store.grant(again), { kind: 'held_otherwise' });
      assert.deepEqual(await store.revoke(revoke(ada, 'auditor', { definition: null, judgedBy })), outdated);
      assert.deepEqual(await listKinds(store), [['auditor', true]]);
      assert.equal((await store.revoke(revoke(ada, 'auditor', { definition, judgedBy }))).kind, 'revoked');
      assert.deepEqual(await listHeld(store, ada), []);
    }),
  },
];
