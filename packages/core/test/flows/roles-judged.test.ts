import {
  createMemoryRoleStore,
  definePolicy,
  memoryStores,
  type RoleStore,
  type SignedIn,
} from '@tessera-auth/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

const policy = definePolicy({
  resources: { reports: { actions: ['read'] }, money: { actions: ['send'] } },
  roles: { employee: { can: ['reports:read'] }, clerk: { inherits: ['employee'], can: ['auth:roles:*'] } },
});
const auditor = { tenantId: '', actorId: null, name: 'auditor', permissions: ['reports:read'] };
const other = { ...auditor, name: 'other' };

let bench: AuthBench;
let clerk: SignedIn;
let eve: SignedIn;
/** What others do once the clerk has been judged, and before the step that was judged. */
let onJudged: () => Promise<unknown>;
/** The same, after a definition was changed. */
let onReplaced: () => Promise<unknown>;

beforeEach(async () => {
  onJudged = async () => {};
  onReplaced = async () => {};
  const store = createMemoryRoleStore();
  const roles: RoleStore = {
    ...store,
    async findHeld(user) {
      const held = await store.findHeld(user);
      if (user.userId === clerk.user.userId) await onJudged();
      return held;
    },
    async replaceRole(command) {
      const outcome = await store.replaceRole(command);
      await onReplaced();
      return outcome;
    },
  };
  bench = createAuthBench({
    auth: { policy },
    openStores: (clock) => ({ ...memoryStores({ clock }), roles }),
  });
  clerk = { user: { userId: '' } } as SignedIn;
  eve = await bench.register('eve@example.org');
  clerk = await bench.register('clerk@example.org');
  for (const user of [clerk, await bench.register('boss@example.org')])
    await bench.auth.grantRole({ ...app(user), role: 'clerk' });
  await bench.auth.createRole(auditor);
  await bench.auth.createRole(other);
  await bench.auth.grantRole({ ...app(eve), role: 'other' });
});

const app = (user: SignedIn) => ({ user: userOf(user), actorId: null });
const byClerk = () => ({ actorId: clerk.user.userId });
const acts: Readonly<Record<string, () => Promise<unknown>>> = {
  grantRole: () => bench.auth.grantRole({ ...app(eve), ...byClerk(), role: 'auditor' }),
  'grantRole of the code': () => bench.auth.grantRole({ ...app(eve), ...byClerk(), role: 'employee' }),
  revokeRole: () => bench.auth.revokeRole({ ...app(eve), ...byClerk(), role: 'other' }),
  createRole: () => bench.auth.createRole({ ...auditor, ...byClerk(), name: 'new' }),
  replaceRole: () => bench.auth.replaceRole({ ...auditor, ...byClerk(), permissions: [] }),
  deleteRole: () => bench.auth.deleteRole({ ...auditor, ...byClerk() }),
};
const once = (change: () => Promise<unknown>) => async () => {
  onJudged = async () => {};
  await change();
};
const whatIs = async () => ({
  assignments: (await bench.auth.listRoleAssignments('', { userId: eve.user.userId })).assignments,
  roles: await bench.auth.listRoles(''),
});
const permissionsOf = async (role: string) =>
  (await bench.auth.listRoles('')).find(({ name }) => name === role)?.permissions;

describe.each(Object.entries(acts))('%s', (_name, act) => {
  it('is refused to whoever loses the right to it while they do it, and changes nothing', async () => {
    const before = await whatIs();
    onJudged = once(() => bench.auth.revokeRole({ ...app(clerk), role: 'clerk' }));
    expect(await refusalCode(act())).toBe('grant_exceeds_ceiling');
    expect(await whatIs()).toEqual(before);
  });

  it('is refused to whoever is disabled while they do it, and changes nothing', async () => {
    const before = await whatIs();
    onJudged = once(() => bench.auth.disableUser(app(clerk)));
    expect(await refusalCode(act())).toBe('grant_exceeds_ceiling');
    expect(await whatIs()).toEqual(before);
  });

  it('is judged again where something else became of them', async () => {
    const before = await whatIs();
    onJudged = once(() => bench.auth.grantRole({ ...app(clerk), role: 'employee' }));
    await act();
    expect(await whatIs()).not.toEqual(before);
  });

  it('is to be tried later where they change all the time', async () => {
    const before = await whatIs();
    let changes = 0;
    onJudged = async () => {
      changes++;
      await bench.auth.grantRole({ ...app(clerk), role: 'employee' });
    };
    expect(await refusalCode(act())).toBe('store_unavailable');
    expect(changes).toBe(5);
    onJudged = async () => {};
    expect(await whatIs()).toEqual(before);
  });
});

describe('a role that grants more by the time at which it is acted upon', () => {
  const more = ['money:send'];
  const becoming: Readonly<Record<string, (role: typeof auditor) => Promise<unknown>>> = {
    replaced: (role) => bench.auth.replaceRole({ ...role, permissions: more }),
    'deleted and made again': async (role) => {
      await bench.auth.deleteRole(role);
      await bench.auth.createRole({ ...role, permissions: more });
      if (role === other) await bench.auth.grantRole({ ...app(eve), role: 'other' });
    },
  };

  it.each(Object.entries(becoming))('is judged as that, where it was %s', async (_how, become) => {
    for (const [name, role] of Object.entries({
      grantRole: auditor,
      replaceRole: auditor,
      deleteRole: auditor,
      revokeRole: other,
    })) {
      onJudged = once(() => become(role));
      expect(await refusalCode(acts[name]?.() ?? Promise.resolve()), name).toBe('grant_exceeds_ceiling');
      expect(await permissionsOf(role.name), name).toEqual(more);
      await bench.auth.deleteRole(role);
      await bench.auth.createRole(role);
    }
  });

  it('is not deleted by whoever had emptied it, and is where they hold that as well', async () => {
    const deletion = { ...auditor, ...byClerk() };
    const filled = (permissions: readonly string[]) => async () => {
      onReplaced = async () => {};
      await bench.auth.replaceRole({ ...auditor, permissions });
    };
    onReplaced = filled(more);
    expect(await refusalCode(bench.auth.deleteRole(deletion))).toBe('grant_exceeds_ceiling');
    expect(await permissionsOf('auditor')).toEqual(more);
    await bench.auth.replaceRole(auditor);
    onReplaced = filled(['reports:read']);
    await bench.auth.deleteRole(deletion);
    expect(await permissionsOf('auditor')).toBeUndefined();
  });

  it('is to be deleted later where somebody fills it all the time', async () => {
    let isMine = true;
    onReplaced = async () => {
      isMine = !isMine;
      if (!isMine) await bench.auth.replaceRole(auditor);
    };
    expect(await refusalCode(bench.auth.deleteRole({ ...auditor, ...byClerk() }))).toBe('store_unavailable');
    expect(await permissionsOf('auditor')).toEqual(['reports:read']);
  });
});
