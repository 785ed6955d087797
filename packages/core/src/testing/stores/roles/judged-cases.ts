import assert from 'node:assert/strict';
import type { CustomRole, RoleJudge, RoleStore } from '../../../stores/role-store.js';
import type { StoreCase } from '../store-case.js';
import {
  ada,
  auditor,
  bob,
  grant,
  grantAll,
  grantMade,
  listAll,
  make,
  replacement,
  revoke,
  versionOf,
  withRoles,
} from './role-fixtures.js';

/** Each step that somebody is judged for, done to what is there: bob, who holds the role, and another role. */
const steps: Readonly<
  Record<
    string,
    (made: CustomRole, judgedBy: RoleJudge | null) => (store: RoleStore) => Promise<{ kind: string }>
  >
> = {
  granted: (_made, judgedBy) => {
    const command = grant(bob, 'editor', { judgedBy });
    return (store) => store.grant(command);
  },
  revoked: (made, judgedBy) => {
    const command = revoke(bob, made.name, { definition: made.revision, judgedBy });
    return (store) => store.revoke(command);
  },
  created: (_made, judgedBy) => {
    const command = auditor({ name: 'other', judgedBy });
    return (store) => store.createRole(command);
  },
  replaced: (made, judgedBy) => {
    const command = replacement(made.revision, { name: made.name, judgedBy });
    return (store) => store.replaceRole(command);
  },
};

const judge = async (store: RoleStore): Promise<RoleJudge> => ({
  userId: 'ada',
  version: await versionOf(store, ada),
});
const whatIs = async (store: RoleStore) => [
  await listAll(store, 'acme', 100),
  await store.listRoles('acme'),
  await versionOf(store, bob),
];

/** That nobody does what they may not do any more. */
export const judgedCases: readonly StoreCase[] = [
  {
    name: 'a step is outdated once the rights by which it was judged are others, and changes nothing',
    run: withRoles(async (store) => {
      const made = await make(store);
      await grantMade(store, bob, made);
      const moves: readonly (() => Promise<unknown>)[] = [
        () => grantAll(store, ada, 'boss'),
        () => store.revoke(revoke(ada, 'boss')),
        () => store.suspend({ ...ada, keepsOneOf: [] }),
      ];
      for (const move of moves) {
        const judgedBy = await judge(store);
        await move();
        for (const [name, step] of Object.entries(steps)) {
          const before = await whatIs(store);
          assert.deepEqual(await step(made, judgedBy)(store), { kind: 'outdated' }, name);
          assert.deepEqual(await whatIs(store), before, name);
        }
      }
      await store.resume(ada);
      for (const [kind, step] of Object.entries(steps)) {
        const role = await store.findRole(made);
        assert.ok(role !== null);
        assert.equal((await step(role, await judge(store))(store)).kind, kind);
      }
    }),
  },
  {
    name: 'changes to others, and to the same id in another tenant, outdate nothing',
    run: withRoles(async (store) => {
      const made = await make(store);
      await grantMade(store, bob, made);
      const judgedBy = await judge(store);
      await grantAll(store, { tenantId: 'globex', userId: 'ada' }, 'boss');
      await grantAll(store, { tenantId: 'acme', userId: 'eve' }, 'boss');
      await store.suspend({ tenantId: 'globex', userId: 'ada', keepsOneOf: [] });
      for (const [kind, step] of Object.entries(steps)) {
        assert.equal((await step(made, judgedBy)(store)).kind, kind);
      }
    }),
  },
  {
    name: 'the same command twice equals once, also where what it was judged by has changed since',
    run: withRoles(async (store) => {
      for (const [kind, step] of Object.entries(steps)) {
        const made = await make(store, { name: `for ${kind}` });
        await grantMade(store, bob, made);
        const run = step(made, await judge(store));
        const first = await run(store);
        assert.equal(first.kind, kind);
        await grantAll(store, ada, kind);
        assert.deepEqual(await run(store), first, kind);
      }
    }),
  },
  {
    name: 'a definition that is another one by now is neither granted, revoked, replaced nor deleted',
    run: withRoles(async (store) => {
      const made = await make(store);
      await grantMade(store, bob, made);
      const again = async (): Promise<CustomRole> => {
        const role = await store.findRole(made);
        assert.ok(role !== null);
        await store.deleteRole(role);
        const next = await make(store, { permissions: made.permissions });
        await grantMade(store, bob, next);
        return next;
      };
      const changed = async (): Promise<CustomRole> => {
        const outcome = await store.replaceRole(replacement(made.revision));
        assert.ok(outcome.kind === 'replaced');
        return outcome.role;
      };
      for (const become of [changed, again]) {
        const now = await become();
        assert.notEqual(now.revision, made.revision);
        const before = await whatIs(store);
        const { revision: definition } = made;
        for (const outcome of [
          await store.grant(grant(ada, 'auditor', { definition })),
          await store.revoke(revoke(bob, 'auditor', { definition })),
          await store.replaceRole(replacement(made.revision)),
          await store.deleteRole(made),
        ]) {
          assert.deepEqual(outcome, { kind: 'outdated' });
        }
        assert.deepEqual(await whatIs(store), before);
      }
      assert.equal((await store.revoke(revoke(bob, 'auditor'))).kind, 'revoked', 'whichever it is');
    }),
  },
];
