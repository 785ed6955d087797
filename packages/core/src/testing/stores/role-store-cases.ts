import assert from 'node:assert/strict';
import type {
  AssignmentCursor,
  CreateRoleCommand,
  GrantRoleCommand,
  ReplaceRoleCommand,
  RevokeRoleCommand,
  RoleAssignment,
  RoleStore,
} from '../../stores/role-store.js';
import type { UserRef } from '../../stores/user-store.js';
import type { TestClock } from '../test-clock.js';
import type { StoreCase, StoreChapter } from './store-case.js';
import { longestText, unicodeText, unstorableTexts } from './texts.js';

const racers = 24;
const ada: UserRef = { tenantId: 'acme', userId: 'ada' };
const bob: UserRef = { tenantId: 'acme', userId: 'bob' };
const strangers: readonly UserRef[] = [
  bob,
  { tenantId: 'globex', userId: 'ada' },
  { tenantId: 'acme:ada', userId: '' },
];
const keepsOneOf = ['boss', 'owner'];

let commands = 0;

function grant(user: UserRef, role: string, change: Partial<GrantRoleCommand> = {}): GrantRoleCommand {
  const commandId = `command ${commands++}`;
  return {
    ...{ ...user, role, isCustom: false, assignedBy: 'boss', expiresAt: null },
    ...{ keepsOneOf: [], commandId, ...change },
  };
}

function revoke(user: UserRef, role: string, change: Partial<RevokeRoleCommand> = {}): RevokeRoleCommand {
  return { ...user, role, keepsOneOf: [], commandId: `command ${commands++}`, ...change };
}

function auditor(change: Partial<CreateRoleCommand> = {}): CreateRoleCommand {
  return {
    ...{ tenantId: 'acme', name: 'auditor', permissions: ['reports:read', 'a:b'] },
    ...{ description: 'Looks on', createdBy: 'boss', commandId: `command ${commands++}`, ...change },
  };
}

function replacement(change: Partial<ReplaceRoleCommand> = {}): ReplaceRoleCommand {
  return {
    ...{ tenantId: 'acme', name: 'auditor', permissions: ['reports:write'], description: null },
    ...{ commandId: `command ${commands++}`, ...change },
  };
}

/** The roles under test. */
function withRoles(run: (store: RoleStore, clock: TestClock) => Promise<void>): StoreCase['run'] {
  return async ({ stores: { roles }, clock }) => {
    assert.ok(roles !== undefined);
    await run(roles, clock);
  };
}

async function grantAll(store: RoleStore, user: UserRef, ...roles: readonly string[]): Promise<void> {
  for (const role of roles) assert.equal((await store.grant(grant(user, role))).kind, 'granted');
}

async function listHeld(store: RoleStore, user: UserRef): Promise<readonly string[]> {
  return (await store.findHeld(user)).assignments.map(({ role }) => role);
}

async function versionOf(store: RoleStore, user: UserRef): Promise<number> {
  return (await store.findHeld(user)).version;
}

async function listAll(
  store: RoleStore,
  tenantId: string,
  limit: number,
): Promise<readonly RoleAssignment[]> {
  const all: RoleAssignment[] = [];
  let after: AssignmentCursor | null = null;
  do {
    const page = await store.listAssignments(tenantId, {}, { limit, after });
    assert.ok(page.assignments.length <= limit);
    all.push(...page.assignments);
    after = page.next;
  } while (after !== null);
  return all;
}

async function race<Answer>(call: (racer: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: racers }, (_, racer) => call(racer)));
}

const assignments: readonly StoreCase[] = [
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
          { ...ada, role: 'boss', assignedBy: null, assignedAt: new Date(clock.now()), expiresAt: null },
          { ...ada, role: 'editor', assignedBy: 'boss', assignedAt, expiresAt },
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
        const made = await store.createRole(
          auditor({ ...user, name, permissions: [name], description: name }),
        );
        assert.deepEqual([made?.name, made?.permissions, made?.description], [name, [name], name]);
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

const definitions: readonly StoreCase[] = [
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

/** @param count how many users hold one role. */
function createBulkCase(count: number): StoreCase {
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

const keeping: readonly StoreCase[] = [
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
      await store.createRole(auditor({ createdBy: 'ada' }));
      await store.createRole(auditor({ name: 'other', createdBy: 'bob' }));
      await store.createRole(auditor({ tenantId: 'globex', createdBy: 'ada' }));

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

const races: readonly StoreCase[] = [
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

/** What a store of roles must do. */
export function roleStoreChapters(bulkHolders: number): readonly StoreChapter[] {
  return [
    { name: 'role assignments', cases: assignments },
    { name: 'role definitions', cases: [...definitions, createBulkCase(bulkHolders)] },
    { name: 'roles that must stay', cases: keeping },
    { name: 'role races', cases: races },
  ];
}

/** For stores without any. */
export const withoutRolesChapter: StoreChapter = {
  name: 'roles',
  cases: [
    {
      name: 'are not offered, as declared',
      async run({ stores }) {
        assert.equal(stores.roles, undefined);
      },
    },
  ],
};
