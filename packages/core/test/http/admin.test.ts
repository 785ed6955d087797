import { definePolicy, memoryStores, type SignedIn } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { isAccepted, origin, password } from '../auth-bench.js';
import { createAuthenticator, stepMs } from '../totp.js';
import { createAdminBench } from './admin-bench.js';
import { createBrowser } from './browser.js';
import { expectProblem } from './expect-problem.js';
import { administration, createHttpBench } from './http-bench.js';

type AdminBench = Awaited<ReturnType<typeof createAdminBench>>;

/** Every act that changes something, and which of them nobody does to themselves. */
const acts = [
  ['POST', '/disable', true],
  ['POST', '/enable', false],
  ['DELETE', '/sessions', false],
  ['POST', '/second-factor/reset', true],
  ['DELETE', '', true],
] as const;

async function enableSecondFactor({ auth, clock }: AdminBench, { user, session }: AdminBench['eve']) {
  const { secret } = await auth.enrollSecondFactor(user);
  const code = await createAuthenticator(secret, clock).code();
  return auth.confirmSecondFactor({ user, sessionId: session.id, code });
}

describe('a rule about who administers', () => {
  it('is judged by the attributes of the request, as every other', async () => {
    const policy = definePolicy({
      ...{ resources: {}, user: { kind: 'string' as const }, roles: { admin: { can: ['auth:users:*'] } } },
      rules: (rule) => [
        rule.deny('contractors look only', {
          to: 'auth:users:write',
          when: ({ user }) => user.kind.equals('contractor'),
        }),
      ],
    });
    let kind = 'employee';
    const bench = await createAdminBench({
      auth: { ...administration, policy: policy as never },
      http: { userAttributes: () => ({ kind }) },
    });
    const path = `/${bench.eve.user.userId}/enable`;
    expect((await bench.ask('POST', path)).status).toBe(200);
    kind = 'contractor';
    expectProblem(await bench.ask('POST', path), 403, 'permission_denied');
  });
});

describe('reading accounts', () => {
  it('shows field by field, and never the hash (ASVS 15.3.1)', async () => {
    const { ask, eve } = await createAdminBench();
    const shown = await ask('GET', `/${eve.user.userId}`);
    const account = {
      id: eve.user.userId,
      email: 'eve@example.org',
      name: null,
      roles: [],
      createdAt: '2030-01-02T03:04:05.678Z',
      emailVerifiedAt: null,
      disabledAt: null,
    };
    expect(shown.json).toEqual({ user: account, secondFactor: { enabled: false } });
    const list = await ask('GET');
    expect(list.json.users).toContainEqual(account);
    for (const { body } of [shown, list]) expect(body).not.toMatch(/hash|argon2/i);
  });

  it('lists all of the tenant once, page by page, newest first, and nobody of another', async () => {
    const { ask, registerAt, clock } = await createAdminBench();
    for (let at = 0; at < 5; at++) {
      clock.advance(1000);
      await registerAt(`user${at}@example.org`);
      await registerAt(`user${at}@example.org`, 'other');
    }
    const seen: string[] = [];
    let query = '?limit=3';
    for (let pages = 1; pages <= 3; pages++) {
      const { users, next } = (await ask('GET', query)).json;
      seen.push(...users.map(({ email }: { email: string }) => email));
      expect(next === null).toBe(pages === 3);
      query = `?limit=3&cursor=${next}`;
    }
    expect(seen.slice(0, 5)).toEqual([4, 3, 2, 1, 0].map((at) => `user${at}@example.org`));
    expect(seen.slice(5).toSorted()).toEqual(['ada@example.org', 'eve@example.org']);
  });

  it.each([
    'limit=0',
    'limit=101',
    'cursor=garbage',
    `cursor=${Buffer.from('1.').toString('base64url')}`,
    `cursor=${Buffer.from('1.a\0b').toString('base64url')}`,
    `cursor=${Buffer.from(`1.${'x'.repeat(256)}`).toString('base64url')}`,
    'tenantId=other',
    'offset=1',
  ])('refuses the query %j', async (query) => {
    const { ask, eve } = await createAdminBench();
    expectProblem(await ask('GET', `?${query}`), 422, 'input_invalid');
    expectProblem(await ask('GET', `/${eve.user.userId}/sessions?${query}`), 422, 'input_invalid');
  });

  it('goes on behind any id that an app brought along', async () => {
    const { ask, watched } = await createAdminBench();
    const userIds = ['x y/ü', 'a%2Fb', '😀', 'u'.repeat(255)];
    for (const [at, userId] of userIds.entries()) {
      const address = { email: `own${at}@example.org`, canonicalEmail: `own${at}@example.org` };
      const rest = { emailVerifiedAt: null, name: null, roles: [], passwordHash: null };
      await watched.stores.users.create({ tenantId: '', userId, ...address, ...rest });
      const shown = await ask('GET', `/${encodeURIComponent(userId)}`);
      expect(shown.json.user.id).toBe(userId);
    }
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const { users, next } = (await ask('GET', `?limit=1${cursor}`)).json;
      seen.push(users[0].id);
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(seen).toHaveLength(6);
    expect(seen).toEqual(expect.arrayContaining(userIds));
  });

  it('lists sessions without anything that could be replayed', async () => {
    const { ask, eve } = await createAdminBench();
    const { sessions } = (await ask('GET', `/${eve.user.userId}/sessions`)).json;
    expect(sessions).toEqual([
      expect.objectContaining({ id: eve.session.id, browser: 'Firefox 128', os: 'Linux', current: false }),
    ]);
    expect(Object.keys(sessions[0])).not.toContain('secretHash');
  });
});

describe('acting on accounts', () => {
  it('disables and enables, recorded with who did it', async () => {
    const { ask, auth, admin, eve, clock, listEvents } = await createAdminBench();
    const disabled = await ask('POST', `/${eve.user.userId}/disable`);
    expect(disabled.json.user.disabledAt).toBe(new Date(clock.now()).toISOString());
    expect(await isAccepted(auth, eve.accessToken)).toBe(false);
    const enabled = await ask('POST', `/${eve.user.userId}/enable`);
    expect(enabled.json.user.disabledAt).toBeNull();
    const actorId = admin.user.userId;
    expect(await listEvents()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'user_disabled', actorId }),
        expect.objectContaining({ type: 'user_enabled', actorId }),
      ]),
    );
  });

  it('ends all sessions at once, and the account is as good as ever (ASVS 7.4.5)', async () => {
    const { ask, auth, admin, eve, signIn, listEvents } = await createAdminBench();
    expect((await ask('DELETE', `/${eve.user.userId}/sessions`)).status).toBe(204);
    expect(await isAccepted(auth, eve.accessToken)).toBe(false);
    expect((await auth.listSessions(eve.user)).sessions).toEqual([]);
    expect((await listEvents()).at(-1)).toMatchObject({
      type: 'session_ended',
      userId: eve.user.userId,
      reason: 'ended_by_administrator',
      actorId: admin.user.userId,
    });
    const again = await signIn(undefined, 'eve@example.org');
    expect(await isAccepted(auth, again.accessToken)).toBe(true);
  });

  it('ends the sessions of everybody in the tenant, with a fresh proof (ASVS 7.4.5)', async () => {
    const { send, auth, admin, eve, clock, listEvents, registerAt } = await createAdminBench();
    const abroad = await registerAt('ada@example.org', 'globex');
    const endAll = ({ accessToken }: SignedIn) =>
      send({
        ...{ method: 'DELETE', url: '/auth/admin/sessions' },
        headers: { authorization: `Bearer ${accessToken}` },
      });
    expectProblem(await endAll(eve), 403, 'permission_denied');
    clock.advance(11 * 60_000);
    expectProblem(await endAll(admin), 401, 'step_up_required');
    expect(await isAccepted(auth, eve.accessToken)).toBe(true);
    const { session } = admin;
    const proof = { user: admin.user, sessionId: session.id, password, origin };
    expect((await endAll(await auth.reauthenticate(proof))).status).toBe(204);
    for (const held of [admin, eve]) expect(await isAccepted(auth, held.accessToken)).toBe(false);
    expect(await isAccepted(auth, abroad.accessToken)).toBe(true);
    expect((await listEvents()).at(-1)).toMatchObject({
      ...{ type: 'session_ended', tenantId: '', userId: null },
      ...{ reason: 'ended_by_administrator', actorId: admin.user.userId },
    });
  });

  it('resets a second factor', async () => {
    const bench = await createAdminBench();
    const { ask, auth, eve } = bench;
    const path = `/${eve.user.userId}`;
    expectProblem(await ask('POST', `${path}/second-factor/reset`), 409, 'mfa_not_enabled');
    const enabled = await enableSecondFactor(bench, eve);
    expect((await ask('GET', path)).json.secondFactor).toEqual({ enabled: true });
    expect((await ask('POST', `${path}/second-factor/reset`)).status).toBe(204);
    expect(await isAccepted(auth, enabled.accessToken)).toBe(false);
    expect((await auth.describeSecondFactor(eve.user)).isEnabled).toBe(false);
  });

  it('erases, recorded with who did it', async () => {
    const { ask, auth, admin, eve, listEvents } = await createAdminBench();
    const path = `/${eve.user.userId}`;
    expect((await ask('DELETE', path)).status).toBe(204);
    expect(await isAccepted(auth, eve.accessToken)).toBe(false);
    expectProblem(await ask('GET', path), 404, 'account_not_found');
    expectProblem(await ask('DELETE', path), 404, 'account_not_found');
    expect(await listEvents()).toContainEqual(
      expect.objectContaining({ type: 'user_deleted', userId: eve.user.userId, actorId: admin.user.userId }),
    );
  });

  it.each(acts)('%s …%s on oneself', async (method, act, isProtected) => {
    const bench = await createAdminBench();
    const renewed = await enableSecondFactor(bench, bench.admin);
    const answer = await bench.ask(method, `/${bench.admin.user.userId}${act}`, renewed);
    if (isProtected) expectProblem(answer, 409, 'account_protected');
    else expect(answer.status).toBeLessThan(300);
  });

  it('clears the cookies of whoever ends the own sessions', async () => {
    const bench = createHttpBench({ auth: administration });
    const browser = createBrowser(bench);
    const { id } = (await browser.register()).json.user;
    await browser.send({ method: 'DELETE', url: `/auth/admin/users/${id}/sessions` });
    expect(browser.jar.size).toBe(0);
  });

  it.each(acts)('%s …%s wants a fresh proof of who it is (ASVS 7.5.1)', async (method, act) => {
    const { ask, clock, eve, watched } = await createAdminBench();
    clock.advance(11 * 60_000);
    watched.forgetCalls();
    expectProblem(await ask(method, `/${eve.user.userId}${act}`), 401, 'step_up_required');
    expect(watched.calls).not.toContain('users.update');
    expect((await ask('GET', `/${eve.user.userId}`)).status).toBe(200);
  });
});

describe('a second factor that was lost', () => {
  /** Eve, who has a second factor, a browser that is remembered, and backup codes; and the administrator, later. */
  const lose = async ({ mustHaveOne = false } = {}) => {
    const policy = definePolicy({
      roles: { admin: { can: ['auth:users:*'] }, auditor: { can: ['auth:users:read'] }, staff: {} },
    });
    const bench = await createAdminBench({ auth: { policy, mfa: { requiredFor: ['staff'] } } });
    const { auth, clock, eve } = bench;
    if (mustHaveOne) bench.setRoles(eve, ['staff']);
    const { secret } = await auth.enrollSecondFactor(eve.user);
    const authenticator = createAuthenticator(secret, clock);
    const confirm = { user: eve.user, sessionId: eve.session.id, code: await authenticator.code() };
    const { backupCodes } = await auth.confirmSecondFactor(confirm);
    clock.advance(2 * stepMs);
    const post = (url: string, json: object, { accessToken }: { accessToken?: string } = {}) =>
      bench.send({
        ...{ method: 'POST', url, json },
        headers: accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
      });
    const login = (change: object = {}) =>
      post('/auth/login', { email: 'eve@example.org', password, transport: 'bearer', ...change });
    const half = (await login()).json;
    const remembered = await post('/auth/mfa/verify', {
      ...{ mfaToken: half.mfaToken, method: 'totp', code: await authenticator.code() },
      ...{ rememberDevice: true, transport: 'bearer' },
    });
    clock.advance(2 * stepMs);
    const reset = (who?: { accessToken: string }) =>
      bench.ask('POST', `/${eve.user.userId}/second-factor/reset`, who);
    return {
      ...bench,
      authenticator,
      backupCodes,
      deviceToken: remembered.json.deviceToken,
      post,
      login,
      reset,
    };
  };
  const wholeOf = { mfaRequired: true, setupRequired: true, methods: [] };

  it('is taken away by an administrator with the permission and a fresh proof, and by nobody else (ASVS 6.4.4, 6.5.6)', async () => {
    const { reset, ask, auth, eve, admin, clock, registerAt, setRoles, listEvents, listNotices, post } =
      await lose();
    const isThere = async () => (await auth.describeSecondFactor(eve.user)).isEnabled;
    const anybody = await registerAt('mallory@example.org');
    expectProblem(await reset(anybody), 403, 'permission_denied');
    // To read of accounts is another permission.
    setRoles(anybody, ['auditor']);
    const claim = { email: 'mallory@example.org', password, transport: 'bearer' };
    const auditor = (await post('/auth/login', claim)).json;
    expect((await ask('GET', `/${eve.user.userId}`, auditor)).status).toBe(200);
    expectProblem(await reset(auditor), 403, 'permission_denied');
    clock.advance(10 * 60_000 + 1);
    expectProblem(await reset(), 401, 'step_up_required');
    expect(await isThere()).toBe(true);
    const again = await post('/auth/reauthenticate', { password }, admin);
    expect((await reset(again.json)).status).toBe(204);
    expect(await isThere()).toBe(false);
    expect(await listEvents()).toContainEqual(
      expect.objectContaining({
        ...{ type: 'authn_mfa_disabled', userId: eve.user.userId, actorId: admin.user.userId },
      }),
    );
    expect((await listNotices()).at(-1)).toMatchObject({
      to: 'eve@example.org',
      kind: 'second_factor_disabled',
    });
  });

  it('opens nothing any more, whoever finds it (ASVS 6.5.6)', async () => {
    const { reset, login, post, authenticator, backupCodes, deviceToken } = await lose({ mustHaveOne: true });
    const halfBefore = (await login()).json;
    expect((await reset()).status).toBe(204);
    const before = { mfaToken: halfBefore.mfaToken, transport: 'bearer' };
    for (const proof of [
      { method: 'totp', code: await authenticator.code() },
      { method: 'backup_code', code: backupCodes[0] },
    ]) {
      expectProblem(await post('/auth/mfa/verify', { ...before, ...proof }), 401, 'mfa_token_invalid');
      const { mfaToken } = (await login()).json;
      const answer = await post('/auth/mfa/verify', { mfaToken, transport: 'bearer', ...proof });
      expectProblem(answer, 401, 'mfa_token_invalid');
    }
    expect((await login({ deviceToken })).json).toMatchObject(wholeOf);
  });

  it('is replaced with as much proof as there was at first, where they must have one (ASVS 6.4.4)', async () => {
    const { reset, login, post, clock, backupCodes } = await lose({ mustHaveOne: true });
    await reset();
    const wrong = await login({ password: 'not the password at all' });
    expectProblem(wrong, 401, 'credentials_invalid');
    // The password again, as at the first sign-in, and no session before the new factor has given a code.
    const half = (await login()).json;
    expect(half).toMatchObject(wholeOf);
    expectProblem(await post('/auth/mfa/setup', { mfaToken: 'ot1_made-up' }), 401, 'mfa_token_invalid');
    const { secret } = (await post('/auth/mfa/setup', { mfaToken: half.mfaToken })).json;
    const confirm = (code: string) =>
      post('/auth/mfa/setup/confirm', { mfaToken: half.mfaToken, code, transport: 'bearer' });
    expectProblem(await confirm('000000'), 401, 'mfa_code_invalid');
    const done = await confirm(await createAuthenticator(secret, clock).code());
    expect(done.status).toBe(200);
    expect(done.json.backupCodes).toHaveLength(10);
    expect(done.json.backupCodes).not.toContain(backupCodes[0]);
  });

  it('is replaced with as much proof as there was at first, where it is up to people (ASVS 6.4.4)', async () => {
    const { reset, login, post, clock } = await lose();
    await reset();
    const signedIn = (await login()).json;
    clock.advance(10 * 60_000 + 1000);
    expectProblem(await post('/auth/mfa/totp/enroll', {}, signedIn), 401, 'step_up_required');
    const again = (await post('/auth/reauthenticate', { password }, signedIn)).json;
    const { secret } = (await post('/auth/mfa/totp/enroll', {}, again)).json;
    expectProblem(await post('/auth/mfa/totp/confirm', { code: '000000' }, again), 401, 'mfa_code_invalid');
    const code = await createAuthenticator(secret, clock).code();
    expect((await post('/auth/mfa/totp/confirm', { code }, again)).status).toBe(200);
  });
});

describe('the routes', () => {
  const pathsOf = (stores: ReturnType<typeof memoryStores>) =>
    createHttpBench({ openStores: () => stores }).http.routes.map(({ method, path }) => `${method} ${path}`);

  it('are only there where the stores can do it', () => {
    const { list: _list, delete: _delete, ...users } = memoryStores().users;
    const { secondFactors: _none, ...stores } = memoryStores();
    const paths = pathsOf({ ...stores, users });
    expect(paths).not.toContain('GET /auth/admin/users');
    expect(paths).not.toContain('POST /auth/admin/users/:id/second-factor/reset');
    expect(paths).toContain('GET /auth/admin/users/:id');
  });

  it('let nobody in where no role grants the permissions', async () => {
    const { ask, eve } = await createAdminBench({ auth: { policy: definePolicy({ roles: { admin: {} } }) } });
    expectProblem(await ask('GET', `/${eve.user.userId}`), 403, 'permission_denied');
  });

  it('say so where listing is asked of a store that cannot', async () => {
    const { list: _list, ...users } = memoryStores().users;
    const { auth } = createHttpBench({ openStores: () => ({ ...memoryStores(), users }) });
    await expect(auth.listUsers('')).rejects.toThrow(new TypeError('stores.users.list: missing'));
  });
});
