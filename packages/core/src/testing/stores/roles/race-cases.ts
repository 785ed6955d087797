import assert from 'node:assert/strict';
import type { CustomRole, GrantRoleCommand } from '../../../stores/role-store.js';
import type { StoreCase } from '../store-case.js';
import {
  ada,
  auditor,
  grant,
  grantAll,
  keepsOneOf,
  listAll,
  make,
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
      assert.equal(made.filter(({ kind }) => kind === 'created').length, 1);
    }),
  },
  {
    name: 'nobody holds a role that was deleted while it was granted',
    run: withRoles(async (store) => {
      const made = await make(store);
      await race(async (racer) =>
        racer === racers / 2 ? store.deleteRole(made) : store.grant(grantingMade(racer, made)),
      );
      assert.deepEqual(await listAll(store, 'acme', 100), []);
    }),
  },
  {
    name: 'what is read beside changes is of one instant: roles, definitions and version belong together',
    run: withRoles(async (store) => {
      let { revision } = await make(store, { permissions: ['p:1'] });
      await store.grant(grant(ada, 'auditor', { definition: revision }));
      let isWriting = true;
      const written = (async () => {
        for (let version = 2; version <= 40; version++) {
          const command = replacement(revision, { permissions: [`p:${version}`] });
          assert.equal((await store.replaceRole(command)).kind, 'replaced');
          revision = command.commandId;
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
  {
    name: 'of many who take the role by which the next one was judged, nobody acts who has lost it',
    run: withRoles(async (store) => {
      const users = Array.from({ length: racers }, (_, racer) => ({
        tenantId: 'acme',
        userId: `boss ${racer}`,
      }));
      for (const user of users) await grantAll(store, user, 'boss');
      const outcomes = await race(async (racer) => {
        const judgedBy = { userId: `boss ${racer}`, version: 1 };
        return (await store.revoke(revoke(users[(racer + 1) % racers] ?? ada, 'boss', { judgedBy }))).kind;
      });
      // Whoever was too late had lost the role to the one before, who was in time.
      assert.ok(outcomes.includes('outdated'));
      for (const [racer, kind] of outcomes.entries()) {
        const before = outcomes[(racer + racers - 1) % racers];
        assert.ok(kind === 'revoked' || (kind === 'outdated' && before === 'revoked'), `${racer}: ${kind}`);
      }
    }),
  },
  {
    name: 'everybody who got a role got the definition that was judged',
    run: withRoles(async (store) => {
      const made = await make(store);
      const answers = await race(async (racer) => {
        if (racer === racers / 2) return store.replaceRole(replacement(made.revision));
        return store.grant(grantingMade(racer, made));
      });
      const replaced = answers.find(({ kind }) => kind === 'replaced');
      assert.ok(replaced?.kind === 'replaced');
      const granted = answers.flatMap(({ kind }, racer) => (kind === 'granted' ? [`user ${racer}`] : []));
      assert.deepEqual(replaced.holders.map(({ userId }) => userId).sort(), granted.sort());
      assert.ok(answers.every(({ kind }) => ['replaced', 'granted', 'outdated'].includes(kind)));
    }),
  },
  {
    name: 'nobody gets, and nobody deletes, a role that was made again in the meantime',
    run: withRoles(async (store) => {
      const made = await make(store);
      const again = auditor({ permissions: ['root'] });
      const answers = await race(async (racer) => {
        if (racer % 3 > 0) return store.grant(grantingMade(racer, made));
        const deleted = await store.deleteRole(made);
        return deleted.kind === 'deleted' ? store.createRole(again) : deleted;
      });
      assert.equal(answers.filter(({ kind }) => kind === 'created').length, 1);
      assert.deepEqual(await listAll(store, 'acme', 100), []);
      assert.deepEqual((await store.findRole(made))?.permissions, ['root']);
    }),
  },
];

function grantingMade(racer: number, { name, revision }: CustomRole): GrantRoleCommand {
  return grant({ tenantId: 'acme', userId: `user ${racer}` }, name, { definition: revision });
}
