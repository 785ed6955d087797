import {
  createMemoryAuditStore,
  createMemoryRevocationStore,
  memoryStores,
  type Stores,
} from '@tessera-auth/core';
import type { AuditStore } from '@tessera-auth/core/stores';
import type { TestClock } from '@tessera-auth/core/testing';
import { describe, expect, it } from 'vitest';
import { createAuthBench, email, isAccepted, newPassword, origin, password, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';
import type { Failure } from '../watched-stores.js';
import { createMfaBench, type MfaBench } from './mfa-bench.js';

const actorId = 'the-admin';
const registration = { tenantId: '', email, password, name: null, origin };

/** Somebody with a second factor, two sessions and a link that is on its way. */
async function createScene(openStores?: (clock: TestClock) => Stores) {
  const bench = await createMfaBench(openStores === undefined ? {} : { openStores });
  const half = await bench.beginHalf();
  const other = await bench.verify(half.mfaToken, { rememberDevice: true });
  await bench.auth.forgotPassword('', email);
  const link = (await bench.listNotices()).findLast((notice) => 'token' in notice);
  return { ...bench, other, linkToken: link !== undefined && 'token' in link ? link.token : '' };
}

type Scene = Awaited<ReturnType<typeof createScene>>;

async function expectNothingLeft(scene: Scene): Promise<void> {
  const { auth, user, other, enabled, linkToken, watched } = scene;
  expect(await auth.findUser(user)).toBeNull();
  expect(await auth.exportUser(user)).toBeNull();
  expect(await watched.stores.secondFactors?.find(user)).toBeNull();
  expect((await auth.listSessions(user)).sessions).toEqual([]);
  for (const { accessToken, refreshToken } of [other, enabled]) {
    expect(await isAccepted(auth, accessToken)).toBe(false);
    expect(await refusalCode(auth.refresh({ tenantId: '', refreshToken }))).toBe('refresh_token_invalid');
  }
  const reset = auth.resetPassword({ tenantId: '', token: linkToken, newPassword });
  expect(await refusalCode(reset)).toBe('one_time_token_invalid');
  expect(await refusalCode(scene.beginSignIn())).toBe('credentials_invalid');
}

const erasuresOf = async (bench: Pick<MfaBench, 'listEvents'>) =>
  (await bench.listEvents()).filter(({ type }) => type === 'user_deleted');

describe('erasing an account', () => {
  it('leaves nothing that can be used, and is recorded and told once', async () => {
    const scene = await createScene();
    await scene.auth.eraseUser({ user: scene.user, actorId });
    await expectNothingLeft(scene);
    expect(await erasuresOf(scene)).toMatchObject([{ userId: scene.user.userId, actorId }]);
    const ended = (await scene.listEvents()).findLast(({ type }) => type === 'session_ended');
    expect(ended).toMatchObject({ userId: scene.user.userId, reason: 'user_deleted', actorId });
    const notices = (await scene.listNotices()).filter(({ kind }) => kind === 'account_deleted');
    expect(notices).toMatchObject([{ to: email }]);
    expect(await refusalCode(scene.auth.eraseUser({ user: scene.user, actorId }))).toBe('account_not_found');
    expect(await erasuresOf(scene)).toHaveLength(1);
  });

  it('leaves the audit log whole, and nobody can tell whose entries those were', async () => {
    const scene = await createScene((clock) => ({
      ...memoryStores({ clock }),
      audit: createMemoryAuditStore(),
    }));
    const { auth, user } = scene;
    const named = async () =>
      (await auth.audit?.list({ tenantId: '', limit: 100 }))?.filter(({ userId }) => userId === user.userId);
    expect(await named()).not.toEqual([]);
    await auth.eraseUser({ user, actorId: user.userId });
    expect(await named()).toEqual([]);
    expect(await auth.audit?.verify('')).toMatchObject({ intact: true });
    const left = await auth.audit?.list({ tenantId: '', limit: 100 });
    expect(left?.filter(({ ip, userAgent }) => ip !== null || userAgent !== null)).toEqual([]);
    expect(JSON.stringify(await auth.audit?.list({ tenantId: '', limit: 100 }))).not.toContain(user.userId);
  });

  it('can be done by the owner', async () => {
    const scene = await createScene();
    await scene.auth.eraseUser({ user: scene.user, actorId: scene.user.userId });
    await expectNothingLeft(scene);
  });

  it('gives the address back, and the new account inherits nothing', async () => {
    const scene = await createScene();
    await scene.auth.eraseUser({ user: scene.user, actorId });
    const registered = await scene.register();
    expect(registered.user.userId).not.toBe(scene.user.userId);
    expect(registered.user).toMatchObject({ name: null, roles: [], disabledAt: null });
    expect((await scene.auth.listSessions(registered.user)).sessions).toHaveLength(1);
    expect((await scene.auth.describeSecondFactor(registered.user)).isEnabled).toBe(false);
    const deviceToken = scene.other.deviceToken ?? null;
    const signedIn = await scene.auth.signInWithPassword({ ...registration, deviceToken });
    expect(signedIn).toMatchObject({ kind: 'signed_in', deviceToken: null });
    expect(await isAccepted(scene.auth, scene.other.accessToken)).toBe(false);
    expect(await isAccepted(scene.auth, registered.accessToken)).toBe(true);
  });

  it('knows nobody by a foreign id or tenant, and leaves no trace of having been asked', async () => {
    const scene = await createScene();
    for (const foreign of [
      { ...scene.user, tenantId: 'other' },
      { ...scene.user, userId: 'nobody' },
    ]) {
      scene.watched.forgetCalls();
      const erasing = scene.auth.eraseUser({ user: foreign, actorId });
      expect(await refusalCode(erasing)).toBe('account_not_found');
      expect(scene.watched.calls).not.toContain('sessions.endAll');
    }
    expect(await erasuresOf(scene)).toEqual([]);
    expect(await isAccepted(scene.auth, scene.other.accessToken)).toBe(true);
  });

  it('is once, however many ask for it at the same moment', async () => {
    const scene = await createScene();
    const erase = () =>
      scene.auth.eraseUser({ user: scene.user, actorId }).then(
        () => 'erased',
        ({ code }) => code,
      );
    const outcomes = await Promise.all(Array.from({ length: 20 }, erase));
    expect(outcomes.filter((outcome) => outcome === 'erased')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(new Set(['erased', 'account_not_found']));
    expect(await erasuresOf(scene)).toHaveLength(1);
    await expectNothingLeft(scene);
  });

  it('says so where the store cannot delete, before anything has changed', async () => {
    const bench = createAuthBench({
      openStores: (clock) => {
        const stores = memoryStores({ clock });
        const { delete: _delete, ...users } = stores.users;
        return { ...stores, users };
      },
    });
    const registered = await bench.register();
    const erasing = bench.auth.eraseUser({ user: userOf(registered), actorId });
    await expect(erasing).rejects.toThrow(new TypeError('stores.users.delete: missing'));
    expect(await isAccepted(bench.auth, registered.accessToken)).toBe(true);
  });
});

describe.each([
  ['one step', undefined],
  [
    'two steps',
    (clock: TestClock): Stores => ({
      ...memoryStores({ clock }),
      revocations: createMemoryRevocationStore({ clock }),
    }),
  ],
] as const)('an outage while sessions end in %s', (_steps, openStores) => {
  /** What one erasure asks of the stores, in order. */
  async function listCalls(): Promise<readonly string[]> {
    const scene = await createScene(openStores);
    scene.watched.forgetCalls();
    await scene.auth.eraseUser({ user: scene.user, actorId });
    return scene.watched.calls;
  }

  it.each(['unreached', 'reply-lost'] as const satisfies readonly Failure[])(
    'at any call (%s) leaves what the same call finishes',
    async (failure) => {
      const calls = await listCalls();
      expect(calls.length).toBeGreaterThan(5);
      for (const [at, call] of calls.entries()) {
        const scene = await createScene(openStores);
        scene.watched.forgetCalls();
        scene.watched.failAt(at, failure);
        const erase = () => refusalCode(scene.auth.eraseUser({ user: scene.user, actorId }));
        expect(await erase()).toBe('store_unavailable');
        scene.watched.heal();
        const isGone = (await scene.auth.findUser(scene.user)) === null;
        expect(await erase()).toBe(isGone ? 'account_not_found' : null);
        await expectNothingLeft(scene);
        // Nobody knows whether an account was there whose deletion was never answered.
        const isUntold = call === 'users.delete' && failure === 'reply-lost';
        expect(await erasuresOf(scene)).toHaveLength(isUntold ? 0 : 1);
      }
    },
  );
});

describe('taking the own data along', () => {
  it('is all that the stores can tell, as plain JSON and without a secret', async () => {
    const audit = createMemoryAuditStore();
    const scene = await createScene((clock) => ({ ...memoryStores({ clock }), audit }));
    await scene.auth.disableUser({ user: scene.user, actorId });
    await scene.auth.enableUser({ user: scene.user, actorId });
    const half = await scene.beginHalf();
    scene.clock.advance(60_000);
    const { session } = await scene.verify(half.mfaToken);
    const exported = await scene.auth.exportUser(scene.user);
    expect(JSON.parse(JSON.stringify(exported))).toEqual(exported);
    expect(exported?.account).toEqual({
      id: scene.user.userId,
      tenantId: '',
      email,
      emailVerifiedAt: null,
      name: null,
      roles: [],
      assignedRoles: [],
      hasPassword: true,
      createdAt: '2030-01-02T03:04:05.678Z',
      disabledAt: null,
    });
    expect(exported?.sessions).toMatchObject([
      { id: session.id, ip: origin.ip, userAgent: origin.userAgent, amr: ['pwd', 'otp', 'mfa'] },
    ]);
    expect(exported?.secondFactor).toMatchObject({ enabled: true, backupCodesLeft: 10 });
    expect(exported?.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['user_created', 'authn_mfa_enabled', 'user_disabled']),
    );
    const text = JSON.stringify(exported);
    // Who else took part is not the person's.
    expect(text).not.toContain(actorId);
    expect(text).not.toMatch(/argon2|hash"|nonce|keyId/i);
  });

  it('goes through every page of sessions and of what happened', async () => {
    const audit = createMemoryAuditStore();
    const bench = createAuthBench({
      openStores: (clock) => ({ ...memoryStores({ clock }), audit }),
      auth: { sessions: { maxSessions: 500 } },
    });
    const user = userOf(await bench.register());
    await bench.register('eve@example.org');
    for (let at = 0; at < 120; at++) {
      const signIn = await bench.auth.sessions.beginSignIn(user);
      await bench.auth.sessions.start(signIn, { amr: ['pwd'], isBrowser: false, ip: null, userAgent: null });
      await bench.auth.audit?.append([
        { type: 'authn_password_reset', at: new Date(bench.clock.now()), ...user },
      ]);
    }
    const exported = await bench.auth.exportUser(user);
    expect(new Set(exported?.sessions.map(({ id }) => id)).size).toBe(121);
    expect(exported?.events).toHaveLength(122);
  });

  it.each(['no JSON', 'null', '7', '"text"', '["the-admin"]', '{"actorId":"the-admin"', ''])(
    'has all the rest where somebody made an entry unreadable, and says so: %j',
    async (data) => {
      const audit = createMemoryAuditStore();
      const broken: AuditStore = {
        ...audit,
        async list(query) {
          const entries = await audit.list(query);
          return entries.map((entry) => (entry.type === 'user_created' ? { ...entry, data } : entry));
        },
      };
      const bench = createAuthBench({
        openStores: (clock) => ({ ...memoryStores({ clock }), audit: broken }),
      });
      const user = userOf(await bench.register());
      const exported = await bench.auth.exportUser(user);
      expect(exported?.events).toEqual([
        {
          ...{ at: '2030-01-02T03:04:05.678Z', type: 'user_created', outcome: 'success' },
          ...{ ip: null, userAgent: null, data: null },
        },
        {
          ...{ at: '2030-01-02T03:04:05.678Z', type: 'authn_login_success', outcome: 'success' },
          ...{ ip: origin.ip, userAgent: origin.userAgent },
          data: expect.objectContaining({ amr: ['pwd'] }),
        },
      ]);
      expect(JSON.stringify(exported)).not.toContain(actorId);
    },
  );

  it('says from where the person acted, and nothing of where somebody else did', async () => {
    const audit = createMemoryAuditStore();
    const bench = createAuthBench({ openStores: (clock) => ({ ...memoryStores({ clock }), audit }) });
    const user = userOf(await bench.register());
    const from = (ip: string, session: string) => ({ ip, userAgent: ip, actorSessionId: session });
    const at = new Date(bench.clock.now());
    await bench.auth.audit?.append([
      { type: 'user_disabled', ...user, at, actorId, ...from('192.0.2.9', 'the session of the admin') },
      { type: 'user_enabled', ...user, at, actorId: user.userId, ...from('192.0.2.1', 'mine') },
    ]);
    const exported = await bench.auth.exportUser(user);
    expect(exported?.events.slice(-2)).toMatchObject([
      { type: 'user_disabled', ip: null, userAgent: null, data: {} },
      { type: 'user_enabled', ip: '192.0.2.1', userAgent: '192.0.2.1', data: { actorSessionId: 'mine' } },
    ]);
    expect(JSON.stringify(exported)).not.toMatch(/192\.0\.2\.9|of the admin|"origin"/);
  });

  it('has events that this version does not know, such as those of a newer one', async () => {
    const audit = createMemoryAuditStore();
    const bench = createAuthBench({ openStores: (clock) => ({ ...memoryStores({ clock }), audit }) });
    const user = userOf(await bench.register());
    const event = { type: 'authn_of_tomorrow', ...user, at: new Date(bench.clock.now()), of: { a: 1 } };
    await bench.auth.audit?.append([event as never]);
    expect((await bench.auth.exportUser(user))?.events.at(-1)).toMatchObject({
      type: 'authn_of_tomorrow',
      data: { of: { a: 1 } },
    });
  });

  it('is nothing for a foreign tenant', async () => {
    const { auth, user } = await createScene();
    expect(await auth.exportUser({ ...user, tenantId: 'other' })).toBeNull();
  });
});
