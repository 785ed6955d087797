import {
  createMemoryRoleStore,
  definePolicy,
  memoryStores,
  type RoleStore,
  type SignedIn,
  type Stores,
} from '@tessera-auth/core';
import type { TestClock } from '@tessera-auth/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, isAccepted, principalFrom, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

const policy = definePolicy({
  resources: { reports: { actions: ['read', 'approve'] } },
  roles: {
    employee: { can: ['reports:read'] },
    manager: { inherits: ['employee'], can: ['reports:approve', 'auth:roles:read'] },
    boss: { inherits: ['manager'], can: ['auth:roles:write'] },
  },
});
const auditor = { tenantId: '', actorId: null, name: 'auditor', permissions: ['reports:approve'] };
const dayMs = 86_400_000;

let bench: AuthBench;
let ada: SignedIn;
let eve: SignedIn;

beforeEach(async () => {
  bench = createAuthBench({ auth: { policy } });
  ada = await bench.register('ada@example.org');
  eve = await bench.register('eve@example.org');
});

const app = (user: SignedIn) => ({ user: userOf(user), actorId: null });
const by = (actor: SignedIn, user: SignedIn) => ({ user: userOf(user), actorId: actor.user.userId });
const refreshed = (held: SignedIn): Promise<SignedIn> =>
  bench.auth.refresh({ tenantId: '', refreshToken: held.refreshToken });
const can = ({ accessToken }: SignedIn, permission: 'reports:read' | 'reports:approve'): boolean =>
  policy.can(principalFrom(bench.auth, accessToken), permission);
const isGood = ({ accessToken }: SignedIn): Promise<boolean> => isAccepted(bench.auth, accessToken);

describe('a role that is granted', () => {
  it('kills the tokens of before, ends no session, and is in the next token', async () => {
    await bench.auth.grantRole({ ...app(eve), role: 'manager' });
    expect(await isGood(eve)).toBe(false);
    expect(await isGood(ada)).toBe(true);
    const next = await refreshed(eve);
    expect(await isGood(next)).toBe(true);
    expect(next.session.id).toBe(eve.session.id);
    expect(next.user.roles).toEqual(['manager']);
    expect([can(eve, 'reports:approve'), can(next, 'reports:approve')]).toEqual([false, true]);
  });

  it('is in the token of the next sign-in, and is lost by the next refresh once it is revoked', async () => {
    await bench.auth.grantRole({ ...app(eve), role: 'manager' });
    const signedIn = await bench.signIn(undefined, 'eve@example.org');
    expect(await isGood(signedIn)).toBe(true);
    expect(can(signedIn, 'reports:read')).toBe(true);
    await bench.auth.revokeRole({ ...app(eve), role: 'manager' });
    expect(await isGood(signedIn)).toBe(false);
    const next = await refreshed(signedIn);
    expect(await isGood(next)).toBe(true);
    expect(can(next, 'reports:read')).toBe(false);
  });

  it('counts until its expiry, beyond which no token lives', async () => {
    const expiresAt = new Date(bench.clock.now() + 60_000);
    await bench.auth.grantRole({ ...app(eve), role: 'manager', expiresAt });
    const next = await refreshed(eve);
    expect(next.accessTokenExpiresAt.getTime()).toBeLessThanOrEqual(expiresAt.getTime());
    bench.clock.advance(60_000);
    const later = await refreshed(next);
    expect(later.user.roles).toEqual([]);
    expect(later.expiresInSeconds).toBe(900);
    expect((await bench.auth.listRoleAssignments('')).assignments).toHaveLength(1);
    await bench.auth.deleteExpired();
    expect((await bench.auth.listRoleAssignments('')).assignments).toEqual([]);
  });

  it('is recorded and told, and so is the end of it', async () => {
    const expiresAt = new Date(bench.clock.now() + dayMs);
    await bench.auth.grantRole({ ...app(ada), role: 'boss' });
    await bench.auth.grantRole({ ...by(ada, eve), role: 'manager', expiresAt });
    await bench.auth.revokeRole({ ...by(ada, eve), role: 'manager' });
    const { userId } = eve.user;
    const actorId = ada.user.userId;
    const events = (await bench.listEvents()).filter(({ type }) => type === 'authz_change');
    expect(events).toMatchObject([
      { userId: actorId, actorId: null, act: 'granted', role: 'boss', expiresAt: null },
      { userId, actorId, act: 'granted', role: 'manager', expiresAt },
      { userId, actorId, act: 'revoked', role: 'manager', expiresAt: null },
    ]);
    const notices = (await bench.listNotices()).filter(
      (notice) => 'role' in notice && notice.to === 'eve@example.org',
    );
    expect(notices).toMatchObject([
      { kind: 'role_granted', role: 'manager' },
      { kind: 'role_revoked', role: 'manager' },
    ]);
  });

  it('must be a role, of an account, with a future before it', async () => {
    const grant = { ...app(eve), role: 'manager' };
    expect(await refusalCode(bench.auth.grantRole({ ...grant, role: 'king' }))).toBe('role_not_found');
    expect(await refusalCode(bench.auth.revokeRole(grant))).toBe('role_not_found');
    const nobody = { tenantId: '', userId: 'nobody' };
    expect(await refusalCode(bench.auth.grantRole({ ...grant, user: nobody }))).toBe('account_not_found');
    for (const at of [bench.clock.now(), bench.clock.now() - 1, -8.64e15]) {
      await expect(bench.auth.grantRole({ ...grant, expiresAt: new Date(at) })).rejects.toMatchObject({
        code: 'input_invalid',
        fields: [{ pointer: '/expiresAt', detail: 'must be later than now' }],
      });
    }
    const expiresAt = new Date(Number.NaN);
    await expect(bench.auth.grantRole({ ...grant, expiresAt })).rejects.toThrow(TypeError);
    expect(await isGood(eve)).toBe(true);
  });

  it('asks for a second factor where the role must have one', async () => {
    bench = createAuthBench({ auth: { policy, mfa: { requiredFor: ['boss'] } } });
    eve = await bench.register('eve@example.org');
    expect((await bench.beginSignIn(undefined, 'eve@example.org')).kind).toBe('signed_in');
    await bench.auth.grantRole({ ...app(eve), role: 'boss' });
    expect(await refusalCode(refreshed(eve))).toBe('refresh_token_invalid');
    const outcome = await bench.beginSignIn(undefined, 'eve@example.org');
    expect(outcome.kind).toBe('second_factor_setup_required');
  });
});

describe('a role that is made at run time', () => {
  it('grants what it says until it says otherwise', async () => {
    await bench.auth.createRole(auditor);
    await bench.auth.grantRole({ ...app(eve), role: 'auditor' });
    const first = await refreshed(eve);
    expect([can(first, 'reports:approve'), can(first, 'reports:read')]).toEqual([true, false]);
    await bench.auth.replaceRole({ ...auditor, permissions: ['reports:read'] });
    expect(await isGood(first)).toBe(false);
    const second = await refreshed(first);
    expect([can(second, 'reports:approve'), can(second, 'reports:read')]).toEqual([false, true]);
    await bench.auth.deleteRole(auditor);
    expect(await isGood(second)).toBe(false);
    const third = await refreshed(second);
    expect([third.user.roles, can(third, 'reports:read')]).toEqual([[], false]);
  });

  it('is listed after those of the code, and recorded', async () => {
    await bench.auth.createRole({ ...auditor, description: 'Looks on' });
    expect((await bench.auth.listRoles('')).map(({ name, isCustom }) => [name, isCustom])).toEqual([
      ['employee', false],
      ['manager', false],
      ['boss', false],
      ['auditor', true],
    ]);
    expect(await bench.auth.listRoles('other')).toHaveLength(3);
    expect((await bench.listEvents()).at(-1)).toMatchObject({
      ...{ type: 'authz_admin', userId: null, actorId: null },
      ...{ act: 'role_created', role: 'auditor', permissions: ['reports:approve'] },
    });
  });

  it('has a plain name that nobody else has, and permissions that there are', async () => {
    await bench.auth.createRole(auditor);
    const codeOf = (change: object) => refusalCode(bench.auth.createRole({ ...auditor, ...change }));
    expect(await codeOf({})).toBe('role_exists');
    expect(await codeOf({ name: 'boss' })).toBe('role_protected');
    for (const name of ['', 'Auditor', 'a b', 'ä', 'a'.repeat(65), 'a\n']) {
      expect(await codeOf({ name }), name).toBe('input_invalid');
    }
    expect(await codeOf({ name: 'other', permissions: ['root'] })).toBe('input_invalid');
    for (const act of ['replaceRole', 'deleteRole'] as const) {
      expect(await refusalCode(bench.auth[act]({ ...auditor, name: 'boss' }))).toBe('role_protected');
      expect(await refusalCode(bench.auth[act]({ ...auditor, name: 'other' }))).toBe('role_not_found');
      expect(await refusalCode(bench.auth[act]({ ...auditor, tenantId: 'other' }))).toBe('role_not_found');
    }
  });

  it('says nothing to a release with other permissions', async () => {
    await bench.auth.createRole(auditor);
    await bench.auth.grantRole({ ...app(eve), role: 'auditor' });
    const { accessToken } = await refreshed(eve);
    const next = bench.startNode({
      policy: definePolicy({
        resources: { a: { actions: ['b'] }, reports: { actions: ['approve'] } },
        roles: { boss: { can: ['a:b', 'reports:approve'] } },
      }),
    });
    expect(() => principalFrom(next, accessToken)).toThrow('another version of the policy');
  });
});

describe('the last administrator', () => {
  beforeEach(async () => {
    await bench.auth.grantRole({ ...app(ada), role: 'boss' });
  });

  it('stays, whatever is tried', async () => {
    const codes = [
      bench.auth.revokeRole({ ...app(ada), role: 'boss' }),
      bench.auth.grantRole({ ...app(ada), role: 'boss', expiresAt: new Date(bench.clock.now() + dayMs) }),
      bench.auth.disableUser(app(ada)),
      bench.auth.eraseUser(app(ada)),
    ].map(refusalCode);
    expect(await Promise.all(codes)).toEqual(Array(4).fill('last_administrator'));
    expect((await bench.auth.findRights(userOf(ada)))?.roles).toEqual(['boss']);
  });

  it('may go once there is another who can sign in', async () => {
    await bench.auth.grantRole({ ...app(eve), role: 'boss' });
    await bench.auth.disableUser(app(eve));
    expect(await refusalCode(bench.auth.disableUser(app(ada)))).toBe('last_administrator');
    await bench.auth.enableUser(app(eve));
    await bench.auth.eraseUser(app(ada));
    expect((await bench.auth.listRoleAssignments('')).assignments).toMatchObject([
      { userId: eve.user.userId },
    ]);
  });
});

describe('a role that changes while the revocations are away', () => {
  it('is told to whoever asked, who has it recorded by asking again', async () => {
    const faulty = createAuthBench({
      auth: { policy },
      openStores: (clock) => {
        const stores = memoryStores({ clock });
        const add: typeof stores.revocations.add = (entries) =>
          isAway ? Promise.reject(new Error('away')) : stores.revocations.add(entries);
        const revocations = { ...stores.revocations, add };
        return {
          ...stores,
          revocations,
          sessions: { ...stores.sessions, recordsRevocationsIn: revocations },
        };
      },
    });
    let isAway = false;
    eve = await faulty.register('eve@example.org');
    await faulty.auth.createRole(auditor);
    await faulty.auth.grantRole({ ...app(eve), role: 'manager' });
    await faulty.auth.grantRole({ ...app(eve), role: 'auditor' });
    const steps = [
      () => faulty.auth.revokeRole({ ...app(eve), role: 'manager' }),
      () => faulty.auth.deleteRole(auditor),
    ];
    for (const step of steps) {
      const held = await faulty.signIn(undefined, 'eve@example.org');
      isAway = true;
      await expect(step()).rejects.toThrow();
      isAway = false;
      await step().catch(() => {});
      expect(await isAccepted(faulty.auth, held.accessToken)).toBe(false);
    }
  });
});

describe('roles that are read before a step and used after it', () => {
  /** What happens in between, once. */
  let meanwhile: () => Promise<unknown> = async () => {};
  const openStores = (clock: TestClock): Stores => {
    const roles = createMemoryRoleStore({ clock });
    const findHeld: RoleStore['findHeld'] = async (user) => {
      const held = await roles.findHeld(user);
      const happen = meanwhile;
      meanwhile = async () => {};
      await happen();
      return held;
    };
    return { ...memoryStores({ clock }), roles: { ...roles, findHeld } };
  };

  it('make a token that is refused when they have changed', async () => {
    bench = createAuthBench({ auth: { policy }, openStores });
    eve = await bench.register('eve@example.org');
    await bench.auth.grantRole({ ...app(eve), role: 'boss' });
    await bench.auth.grantRole({ ...app(await bench.register('ada@example.org')), role: 'boss' });
    meanwhile = () => bench.auth.revokeRole({ ...app(eve), role: 'boss' });
    const overtaken = await refreshed(eve);
    expect(overtaken.user.roles).toEqual(['boss']);
    expect(await isGood(overtaken)).toBe(false);
    expect((await refreshed(overtaken)).user.roles).toEqual([]);
  });

  it('are left out of the token when they have ended, and the token that was presented is not spent for nothing', async () => {
    bench = createAuthBench({ auth: { policy }, openStores });
    eve = await bench.register('eve@example.org');
    for (const leftMs of [2_000, 3_000, 5_000]) {
      const expiresAt = new Date(bench.clock.now() + leftMs);
      await bench.auth.grantRole({ ...app(eve), role: 'manager', expiresAt });
      meanwhile = async () => bench.clock.advance(leftMs - 500);
      eve = await refreshed(eve);
      expect([eve.user.roles, eve.expiresInSeconds]).toEqual([[], 900]);
      expect(await isGood(eve)).toBe(true);
    }
  });

  it('make a token of its full length, however short it is, until a revocation would be forgotten', async () => {
    bench = createAuthBench({ auth: { policy, accessLifetime: '1s' }, openStores });
    meanwhile = async () => bench.clock.advance(999);
    eve = await bench.register('eve@example.org');
    meanwhile = async () => bench.clock.advance(60_000);
    eve = await refreshed(eve);
    expect(eve.expiresInSeconds).toBe(1);
    meanwhile = async () => bench.clock.advance(62_000);
    expect(await refusalCode(refreshed(eve))).toBe('access_token_expired');
  });

  it('make no token that outlives the memory of a revocation', async () => {
    bench = createAuthBench({ auth: { policy }, openStores });
    eve = await bench.register('eve@example.org');
    await bench.auth.grantRole({ ...app(eve), role: 'manager' });
    meanwhile = async () => {
      await bench.auth.revokeRole({ ...app(eve), role: 'manager' });
      bench.clock.advance(300_000);
    };
    const overtaken = await refreshed(eve);
    const lastsMs = overtaken.accessTokenExpiresAt.getTime() - bench.clock.now();
    expect(lastsMs).toBeGreaterThan(600_000);
    bench.clock.advance(lastsMs);
    await bench.auth.deleteExpired();
    expect(await isGood(overtaken)).toBe(false);
    // By itself it is still good: within the leeway.
    expect(bench.auth.accessTokens.verify(overtaken.accessToken).roles).toEqual(['manager']);
  });
});

describe('without a store of roles', () => {
  it('everybody has the roles of the account, and nothing can be changed', async () => {
    bench = createAuthBench({
      auth: { policy, rolesForNewUser: () => ['boss'] },
      openStores: (clock) => {
        const { roles: _none, ...stores } = memoryStores({ clock });
        return stores;
      },
    });
    ada = await bench.register();
    const claims = bench.auth.accessTokens.verify(ada.accessToken);
    expect(claims).toMatchObject({ roles: ['boss'], rolesVersion: 0, permissions: null });
    await expect(bench.auth.grantRole({ ...app(ada), role: 'boss' })).rejects.toThrow(
      'stores.roles: missing',
    );
    await bench.auth.disableUser(app(ada));
    await bench.auth.eraseUser(app(ada));
  });
});
