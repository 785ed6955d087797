import assert from 'node:assert/strict';
import type { StoreCase } from '../store-case.js';
import {
  ada,
  auditor,
  grant,
  grantAll,
  keepsOneOf,
  listAll,
  race,
  racers,
  replacement,
  revoke,
  versionOf,
  withRoles,
} from './role-fixtures.js';

/** Many at once. */
export const raceCases: readonly StoreCase[] = [
  {
    name: 'of all bosses who take the role from each other at once, one keeps it',
    run: withRoles(async (store) => {
      const bosses = Array.from({ length: racers }, (_, racer) => ({
        tenantId: 'acme',
        userId: `boss ${racer}`,
      }));
      for (const user of bosses) await grantAll(store, user, 'boss');
      const outcomes = await race((racer) => {
        const user = bosses[(racer + 1) % racers] ?? ada;
        const steps = [
          async () => (await store.revoke(revoke(user, 'boss', { keepsOneOf }))).kind,
          async () => ((await store.removeAll({ ...user, keepsOneOf })) ? 'revoked' : 'last_holder'),
          async () => ((await store.suspend({ ...user, keepsOneOf })) ? 'revoked' : 'last_holder'),
        ];
        return steps[racer % steps.length]?.() ?? Promise.resolve('none');
      });
      assert.equal(outcomes.filter((kind) => kind === 'last_holder').length, 1);
    }),
  },
  {
    name: 'every one of parallel changes of one user gets a version of its own',
    run: withRoles(async (store) => {
      const outcomes = await race((racer) => store.grant(grant(ada, `role ${racer % 3}`)));
      const versions = outcomes.map((outcome) => (outcome.kind === 'granted' ? outcome.version : 0));
      assert.deepEqual(
        versions.sort((a, b) => a - b),
        Array.from({ length: racers }, (_, index) => index + 1),
      );
      assert.equal(await versionOf(store, ada), racers);
    }),
  },
  {
    name: 'of parallel roles of one name one is made',
    run: withRoles(async (store) => {
      const made = await race((racer) => store.createRole(auditor({ permissions: [`p:${racer}`] })));
      assert.equal(made.filter((role) => role !== null).length, 1);
    }),
  },
  {
    name: 'nobody holds a role that was deleted while it was granted',
    run: withRoles(async (store) => {
      await store.createRole(auditor());
      await race(async (racer) => {
        if (racer === racers / 2) return store.deleteRole({ tenantId: 'acme', name: 'auditor' });
        return store.grant(
          grant({ tenantId: 'acme', userId: `user ${racer}` }, 'auditor', { isCustom: true }),
        );
      });
      assert.deepEqual(await listAll(store, 'acme', 100), []);
    }),
  },
  {
    name: 'what is read beside changes is of one instant: roles, definitions and version belong together',
    run: withRoles(async (store) => {
      await store.createRole(auditor({ permissions: ['p:1'] }));
      await store.grant(grant(ada, 'auditor', { isCustom: true }));
      let isWriting = true;
      const written = (async () => {
        for (let version = 2; version <= 40; version++) {
          await store.replaceRole(replacement({ permissions: [`p:${version}`] }));
        }
      })().finally(() => {
        isWriting = false;
      });
      while (isWriting) {
        const { version, customRoles } = await store.findHeld(ada);
        assert.deepEqual(customRoles[0]?.permissions, [`p:${version}`]);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await written;
    }),
  },
];
