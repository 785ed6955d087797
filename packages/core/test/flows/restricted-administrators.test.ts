import { definePolicy, type Policy, type SignedIn } from '@tessera-auth/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

const roles = { boss: { can: ['auth:roles:*'] }, suspended: {} } as const;
const to = 'auth:roles:write';

let bench: AuthBench;
let ada: SignedIn;

const open = async (policy: object): Promise<void> => {
  bench = createAuthBench({ auth: { policy: policy as Policy } });
  ada = await bench.register('ada@example.org');
  await bench.auth.grantRole({ user: userOf(ada), actorId: null, role: 'boss' });
};
const dismiss = () => bench.auth.revokeRole({ user: userOf(ada), actorId: null, role: 'boss' });

describe('whoever administers, and a rule that denies it to some', () => {
  it.each([
    definePolicy({
      ...{ resources: {}, roles },
      rules: (rule) => [rule.deny('the robot', { to, when: ({ user }) => user.id.equals('robot') })],
    }),
    definePolicy({
      ...{ resources: {}, roles, user: { kind: 'string' as const } },
      rules: (rule) => [rule.deny('contractors', { to, when: ({ user }) => user.kind.equals('contractor') })],
    }),
  ])('is the last who may go', async (policy) => {
    await open(policy);
    expect(await refusalCode(dismiss())).toBe('last_administrator');
  });
});

describe('a role that forbids to administer', () => {
  beforeEach(() =>
    open(
      definePolicy({
        ...{ resources: {}, roles },
        rules: (rule) => [rule.deny('whoever is suspended', { to, for: ['suspended'] })],
      }),
    ),
  );

  it('is put on an administrator by the app alone', async () => {
    const eve = await bench.register('eve@example.org');
    const deputy = { tenantId: '', name: 'deputy', permissions: ['auth:roles:*'], actorId: null };
    await bench.auth.createRole(deputy);
    await bench.auth.grantRole({ user: userOf(eve), actorId: null, role: 'deputy' });
    const act = { user: userOf(ada), actorId: eve.user.userId, role: 'suspended' };
    expect(await refusalCode(bench.auth.grantRole(act))).toBe('grant_exceeds_ceiling');
    const bob = userOf(await bench.register('bob@example.org'));
    await bench.auth.grantRole({ ...act, user: bob });
    // Nor does somebody become one who must not: they would count as who is left.
    const byAda = { user: bob, actorId: ada.user.userId, role: 'boss' };
    expect(await refusalCode(bench.auth.grantRole(byAda))).toBe('grant_exceeds_ceiling');
    await bench.auth.grantRole({ ...byAda, user: userOf(eve) });
    await bench.auth.disableUser({ user: userOf(ada), actorId: null });
    expect(await refusalCode(bench.auth.grantRole(act))).toBe('grant_exceeds_ceiling');
    await bench.auth.grantRole({ ...act, actorId: null });
  });
});
