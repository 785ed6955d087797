import { definePolicy, type SignedIn } from '@tessera-auth/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, isAccepted, principalFrom, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

const policy = definePolicy({
  resources: { reports: { actions: ['read'] }, money: { actions: ['send'] } },
  roles: {
    employee: { can: ['reports:read'] },
    clerk: { inherits: ['employee'], can: ['auth:roles:*'] },
    boss: { inherits: ['clerk'], can: ['money:send'] },
    probation: {},
  },
  rules: (rule) => [rule.deny('nobody sends money on probation', { to: 'money:send', for: ['probation'] })],
});
const custom = { tenantId: '', name: 'cashier', permissions: ['money:send'] };

let bench: AuthBench;
let boss: SignedIn;
let clerk: SignedIn;
let eve: SignedIn;

beforeEach(async () => {
  bench = createAuthBench({ auth: { policy } });
  boss = await bench.register('boss@example.org');
  clerk = await bench.register('clerk@example.org');
  eve = await bench.register('eve@example.org');
  await bench.auth.grantRole({ user: userOf(boss), actorId: null, role: 'boss' });
  await bench.auth.grantRole({ user: userOf(clerk), actorId: null, role: 'clerk' });
});

const byClerk = (user: SignedIn) => ({ user: userOf(user), actorId: clerk.user.userId });
const rightsOf = async (user: SignedIn) => {
  const { roles, permissions: grants } = (await bench.auth.findRights(userOf(user))) ?? {
    roles: [],
    permissions: null,
  };
  return policy.listPermissions(policy.principal({ userId: user.user.userId, roles, grants }));
};

describe('whoever may grant roles', () => {
  it('grants what they hold, and nobody more than that, not even themselves (ASVS 8.2.1)', async () => {
    await bench.auth.grantRole({ ...byClerk(eve), role: 'employee' });
    for (const user of [eve, clerk]) {
      const codes = await refusalCode(bench.auth.grantRole({ ...byClerk(user), role: 'boss' }));
      expect(codes).toBe('grant_exceeds_ceiling');
    }
    expect(await rightsOf(eve)).toEqual(['reports:read']);
    expect(await rightsOf(clerk)).not.toContain('money:send');
  });

  it('takes nothing from those above', async () => {
    const code = await refusalCode(bench.auth.revokeRole({ ...byClerk(boss), role: 'boss' }));
    expect(code).toBe('grant_exceeds_ceiling');
    expect(await rightsOf(boss)).toContain('money:send');
  });

  it('puts no role on anybody that forbids what they do not hold, and takes none off', async () => {
    const probation = { ...byClerk(boss), role: 'probation' };
    expect(await refusalCode(bench.auth.grantRole(probation))).toBe('grant_exceeds_ceiling');
    await bench.auth.grantRole({ ...probation, actorId: null });
    expect(await refusalCode(bench.auth.revokeRole(probation))).toBe('grant_exceeds_ceiling');
    expect((await bench.auth.findRights(userOf(boss)))?.roles).toEqual(['boss', 'probation']);
    await bench.auth.grantRole({ user: userOf(eve), actorId: null, role: 'boss' });
    const byEve = { ...probation, actorId: eve.user.userId };
    await bench.auth.revokeRole(byEve);
    await bench.auth.grantRole(byEve);
  });

  it('makes no role of more than they hold, and turns none that they have into more', async () => {
    const actorId = clerk.user.userId;
    expect(await refusalCode(bench.auth.createRole({ ...custom, actorId }))).toBe('grant_exceeds_ceiling');
    await bench.auth.createRole({ ...custom, actorId, permissions: ['reports:read'] });
    await bench.auth.grantRole({ ...byClerk(clerk), role: 'cashier' });
    expect(await refusalCode(bench.auth.replaceRole({ ...custom, actorId }))).toBe('grant_exceeds_ceiling');
    expect(await rightsOf(clerk)).not.toContain('money:send');
  });

  it('neither changes nor deletes a role that grants more than they hold', async () => {
    const actorId = clerk.user.userId;
    await bench.auth.createRole({ ...custom, actorId: boss.user.userId });
    await bench.auth.grantRole({ user: userOf(eve), actorId: boss.user.userId, role: 'cashier' });
    const weaker = { ...custom, actorId, permissions: ['reports:read'] };
    expect(await refusalCode(bench.auth.replaceRole(weaker))).toBe('grant_exceeds_ceiling');
    expect(await refusalCode(bench.auth.deleteRole(weaker))).toBe('grant_exceeds_ceiling');
    expect(await refusalCode(bench.auth.revokeRole({ ...byClerk(eve), role: 'cashier' }))).toBe(
      'grant_exceeds_ceiling',
    );
    expect(await rightsOf(eve)).toEqual(['money:send']);
  });

  it('grants nothing in another tenant, and nothing once they are disabled or have lost the role', async () => {
    const elsewhere = { tenantId: 'other', userId: eve.user.userId };
    const grant = { ...byClerk(eve), role: 'employee' };
    expect(await refusalCode(bench.auth.grantRole({ ...grant, user: elsewhere }))).toBe('account_not_found');
    await bench.auth.revokeRole({ user: userOf(clerk), actorId: null, role: 'clerk' });
    expect(await refusalCode(bench.auth.grantRole(grant))).toBe('grant_exceeds_ceiling');
    await bench.auth.grantRole({ user: userOf(clerk), actorId: null, role: 'clerk' });
    await bench.auth.disableUser({ user: userOf(clerk), actorId: null });
    expect(await refusalCode(bench.auth.grantRole(grant))).toBe('grant_exceeds_ceiling');
  });
});

describe('whoever has a role for a time', () => {
  it('gives it to nobody for longer, themselves included, and puts it into no role', async () => {
    const { auth, clock } = bench;
    const expiresAt = new Date(clock.now() + 3_600_000);
    const later = new Date(clock.now() + 7_200_000);
    await auth.grantRole({ user: userOf(eve), actorId: null, role: 'boss', expiresAt });
    const actorId = eve.user.userId;
    for (const user of [eve, clerk])
      for (const end of [null, later]) {
        const act = { user: userOf(user), actorId, role: 'boss', expiresAt: end };
        expect(await refusalCode(auth.grantRole(act))).toBe('grant_exceeds_ceiling');
      }
    expect(await refusalCode(auth.createRole({ ...custom, actorId }))).toBe('grant_exceeds_ceiling');
    // For as long as they have it they may, and take away what they hold.
    await auth.revokeRole({ user: userOf(clerk), actorId, role: 'clerk' });
    await auth.grantRole({ user: userOf(clerk), actorId, role: 'boss', expiresAt });
    clock.advance(3_600_000);
    expect(await rightsOf(eve)).toEqual([]);
    expect(await rightsOf(clerk)).not.toContain('money:send');
  });
});

describe('whoever a role forbids something', () => {
  it.each(['for good', 'for a month'])(
    '%s does not get around it by a role of their own making, nor by losing it',
    async (time) => {
      const { auth, clock } = bench;
      const user = userOf(boss);
      const end = time === 'for good' ? null : new Date(clock.now() + 30 * 86_400_000);
      await auth.grantRole({ user, actorId: null, role: 'probation', expiresAt: end });
      const actorId = user.userId;
      expect(await refusalCode(auth.createRole({ ...custom, actorId }))).toBe('grant_exceeds_ceiling');
      expect(await refusalCode(auth.createRole({ ...custom, permissions: ['*'], actorId }))).toBe(
        'grant_exceeds_ceiling',
      );
      const expiresAt = new Date(clock.now() + 5_000);
      for (const act of [
        auth.grantRole({ user: userOf(eve), actorId, role: 'boss' }),
        auth.revokeRole({ user, actorId, role: 'probation' }),
        auth.grantRole({ user, actorId, role: 'probation', expiresAt }),
      ])
        expect(await refusalCode(act)).toBe('grant_exceeds_ceiling');
    },
  );
});

describe('a role that was made at run time', () => {
  const newer = definePolicy({
    resources: { reports: { actions: ['read', 'approve'] }, money: { actions: ['send'] } },
    roles: {
      clerk: { can: ['reports:read', 'auth:roles:*'] },
      boss: { inherits: ['clerk'], can: ['reports:approve'] },
    },
  });

  it('is granted by nobody where its permissions are not all known, as during a deploy', async () => {
    const later = bench.startNode({ policy: newer });
    await later.createRole({ ...custom, actorId: null, permissions: ['reports:read', 'reports:approve'] });
    const grant = { ...byClerk(clerk), role: 'cashier' };
    expect(await refusalCode(bench.auth.grantRole(grant))).toBe('grant_exceeds_ceiling');
    await bench.auth.grantRole({ ...grant, actorId: null });
    // To take it away needs no more than what is known.
    await bench.auth.revokeRole(grant);
  });

  it('has what wildcards stand for on the day that somebody writes them', async () => {
    const actorId = clerk.user.userId;
    await bench.auth.createRole({ ...custom, actorId, permissions: ['reports:*', 'reports:read'] });
    const kept = (await bench.auth.listRoles('')).find(({ name }) => name === custom.name);
    expect(kept?.permissions).toEqual(['reports:read']);
    await bench.auth.replaceRole({ ...custom, actorId: null, permissions: ['reports:*'] });
    await bench.auth.grantRole({ ...byClerk(eve), role: 'cashier' });
    const later = bench.startNode({ policy: newer });
    const { accessToken } = await later.refresh({ tenantId: '', refreshToken: eve.refreshToken });
    expect(newer.can(principalFrom(later, accessToken), 'reports:approve')).toBe(true);
  });

  const next = definePolicy({
    resources: { reports: { actions: ['read'] }, money: { actions: ['send'] } },
    roles: { boss: { can: ['auth:roles:*'] }, cashier: { can: ['money:send'] } },
  });

  it('is not the one that a later release calls the same', async () => {
    await bench.auth.createRole({ ...custom, actorId: clerk.user.userId, permissions: [] });
    await bench.auth.grantRole({ ...byClerk(eve), role: 'cashier' });
    const later = bench.startNode({ policy: next });
    const { accessToken } = await later.refresh({ tenantId: '', refreshToken: eve.refreshToken });
    expect(next.can(principalFrom(later, accessToken), 'money:send')).toBe(false);
  });

  it('is not the one of the code that an earlier release called the same', async () => {
    const earlier = bench.startNode({ policy: next });
    await earlier.grantRole({ user: userOf(eve), actorId: null, role: 'cashier' });
    await bench.auth.createRole({ ...custom, actorId: boss.user.userId });
    expect(await rightsOf(eve)).toEqual([]);
    await bench.auth.replaceRole({ ...custom, actorId: null, permissions: ['*'] });
    await bench.auth.deleteRole({ ...custom, actorId: null });
    expect((await bench.auth.listRoleAssignments('', { userId: eve.user.userId })).assignments).toHaveLength(
      1,
    );
  });

  it('makes nobody an administrator by the name that a later release gives to one', async () => {
    const later = bench.startNode({ policy: next });
    await later.grantRole({ user: userOf(eve), actorId: null, role: 'boss' });
    await bench.auth.createRole({ ...custom, name: 'root', actorId: null, permissions: [] });
    await bench.auth.grantRole({ ...byClerk(clerk), role: 'root' });
    const last = bench.startNode({
      policy: definePolicy({ resources: {}, roles: { root: { can: ['auth:roles:*'] } } }),
    });
    await last.grantRole({ user: userOf(eve), actorId: null, role: 'root' });
    expect(await refusalCode(last.revokeRole({ user: userOf(eve), actorId: null, role: 'root' }))).toBe(
      'last_administrator',
    );
  });

  it('is judged as what it is when it is taken away, whatever a release calls the same', async () => {
    await bench.auth.createRole({ ...custom, actorId: null });
    await bench.auth.grantRole({ user: userOf(eve), actorId: null, role: 'cashier' });
    // There, a cashier of the code may do nothing, and there is a role that has gone.
    const later = bench.startNode({
      policy: definePolicy({
        resources: { reports: { actions: ['read'] }, money: { actions: ['send'] } },
        roles: { clerk: { can: ['auth:roles:*'] }, boss: { can: ['*'] }, cashier: {} },
      }),
    });
    const act = { ...byClerk(eve), role: 'cashier' };
    expect(await refusalCode(later.revokeRole(act))).toBe('grant_exceeds_ceiling');
    expect(await refusalCode(later.grantRole(act))).toBe('grant_exceeds_ceiling');
    await later.revokeRole({ ...act, actorId: boss.user.userId });
    await later.grantRole(act);
    await later.revokeRole(act);
  });

  it('takes no role of the code away that only an earlier release knows', async () => {
    const earlier = bench.startNode({ policy: next });
    await earlier.grantRole({ user: userOf(eve), actorId: null, role: 'cashier' });
    const act = { ...byClerk(eve), role: 'cashier' };
    await bench.auth.createRole({ ...custom, actorId: null, permissions: [] });
    expect(await refusalCode(bench.auth.revokeRole(act))).toBe('role_not_found');
    expect(await refusalCode(bench.auth.grantRole(act))).toBe('grant_exceeds_ceiling');
    expect((await earlier.findRights(userOf(eve)))?.roles).toEqual(['cashier']);
    await bench.auth.revokeRole({ ...act, actorId: null });
    await bench.auth.grantRole(act);
  });

  it('does not lock anybody out by the length of its name, however many there are', async () => {
    for (let at = 0; at < 40; at += 1) {
      const name = `${'x'.repeat(60)}-${at}`;
      await bench.auth.createRole({ ...custom, name, actorId: clerk.user.userId, permissions: [] });
      await bench.auth.grantRole({ ...byClerk(boss), role: name });
    }
    const maxAccessTokenLength = 1000;
    const { refreshToken } = boss;
    expect(await bench.auth.refresh({ tenantId: '', refreshToken, maxAccessTokenLength })).toMatchObject({
      user: { roles: ['boss'] },
    });
  });

  it.each([[[]], [['probation']]])(
    'asks for the second factor that a role asks for which grants the same, also with %j',
    async (others) => {
      bench = createAuthBench({ auth: { policy, mfa: { requiredFor: ['boss'] } } });
      eve = await bench.register('eve@example.org');
      await bench.auth.createRole({ ...custom, actorId: null, permissions: ['*'] });
      for (const role of ['cashier', ...others])
        await bench.auth.grantRole({ user: userOf(eve), actorId: null, role });
      expect(await refusalCode(bench.auth.refresh({ tenantId: '', refreshToken: eve.refreshToken }))).toBe(
        'refresh_token_invalid',
      );
      expect(await bench.beginSignIn(undefined, 'eve@example.org')).toMatchObject({
        kind: 'second_factor_setup_required',
      });
    },
  );
});

describe('a token of somebody who has lost a role', () => {
  it('opens nothing from the next request on (ASVS 8.3.2)', async () => {
    const signedIn = await bench.signIn(undefined, 'clerk@example.org');
    expect(await isAccepted(bench.auth, signedIn.accessToken)).toBe(true);
    await bench.auth.revokeRole({ user: userOf(clerk), actorId: boss.user.userId, role: 'clerk' });
    expect(await isAccepted(bench.auth, signedIn.accessToken)).toBe(false);
  });
});
