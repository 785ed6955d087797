import { definePolicy, type SignedIn } from '@tessera-auth/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, isAccepted, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

const policy = definePolicy({
  resources: { reports: { actions: ['read'] }, money: { actions: ['send'] } },
  roles: {
    employee: { can: ['reports:read'] },
    clerk: { inherits: ['employee'], can: ['auth:roles:*'] },
    boss: { inherits: ['clerk'], can: ['money:send'] },
  },
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

describe('a token of somebody who has lost a role', () => {
  it('opens nothing from the next request on (ASVS 8.3.2)', async () => {
    const signedIn = await bench.signIn(undefined, 'clerk@example.org');
    expect(await isAccepted(bench.auth, signedIn.accessToken)).toBe(true);
    await bench.auth.revokeRole({ user: userOf(clerk), actorId: boss.user.userId, role: 'clerk' });
    expect(await isAccepted(bench.auth, signedIn.accessToken)).toBe(false);
  });
});
