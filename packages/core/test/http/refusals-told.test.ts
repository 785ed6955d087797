import { type AuthEvent, createMemoryAuditStore, memoryStores } from '@tessera-auth/core';
import { all, type Guard } from '@tessera-auth/core/http';
import { storeUnavailable } from '@tessera-auth/core/stores';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { newRootSecret } from '../auth-bench.js';
import { createBrowser } from './browser.js';
import { createHttpBench, type HttpBench, type HttpBenchOptions, ownPage, requestOf } from './http-bench.js';

const minuteMs = 60_000;
const userAgent = 'check/1';
const agent = { 'user-agent': userAgent };
const reported = ['authz_fail', 'malicious_request', 'input_validation_fail', 'sys_failure'];

async function listReports(bench: HttpBench): Promise<readonly AuthEvent[]> {
  return (await bench.listEvents()).filter(({ type }) => reported.includes(type));
}

/** What a guard says to somebody with this token. */
async function ask(guard: Guard, accessToken: string, change: object = {}) {
  const headers = { authorization: `Bearer ${accessToken}`, ...agent };
  const verdict = await guard(requestOf({ method: 'GET', url: '/reports', headers, ...change }));
  return verdict.isAllowed ? null : verdict.response;
}

describe('refused access is an event and an entry (ASVS 16.3.2)', () => {
  let bench: HttpBench;
  let who: { tenantId: string; userId: string; sessionId: string };
  let accessToken: string;
  const start = async (options: HttpBenchOptions = {}) => {
    bench = createHttpBench(options);
    const signedIn = await bench.register();
    accessToken = signedIn.accessToken;
    const { tenantId, userId } = signedIn.user;
    who = { tenantId, userId, sessionId: signedIn.session.id };
  };
  beforeEach(() => start());

  it.each<[string, (bench: HttpBench) => Guard, number, object]>([
    ['a role', ({ http }) => http.requireRole('boss'), 403, { missing: 'role', name: 'boss', reasons: [] }],
    [
      'a permission',
      ({ http }) => http.requirePermission('reports:read'),
      403,
      {
        ...{ missing: 'permission', name: 'reports:read' },
        reasons: [{ permission: 'reports:read', code: 'no_grant', rule: null, condition: null }],
      },
    ],
    [
      'a fresh proof',
      ({ http }) => http.requireStepUp(),
      401,
      { missing: 'step_up', name: null, reasons: [] },
    ],
  ])('of a guard that asks for %s', async (_what, guardOf, status, demand) => {
    bench.clock.advance(11 * minuteMs);
    const answer = await ask(guardOf(bench), accessToken);
    expect(answer?.status).toBe(status);
    const requestId = answer?.headers['x-request-id'];
    const source = { requestId, actorSessionId: who.sessionId, ip: '203.0.113.7', userAgent };
    const event = { type: 'authz_fail', ...who, ...demand, leftOut: 0, ...source };
    expect(await listReports(bench)).toEqual([{ ...event, at: new Date(bench.clock.now()) }]);
    const [entry] = (await bench.auth.audit?.list({ tenantId: '', type: 'authz_fail', limit: 9 })) ?? [];
    expect(entry).toMatchObject({ userId: who.userId, ip: source.ip, userAgent });
    expect(JSON.parse(entry?.data ?? '')).toMatchObject({ ...demand, requestId });
    expect(entry?.data).not.toMatch(/203\.0\.113|check/);
  });

  it('of a route for administrators', async () => {
    const headers = { authorization: `Bearer ${accessToken}` };
    const answer = await bench.send({ method: 'GET', url: '/auth/admin/users', headers });
    expect(answer.status).toBe(403);
    expect(await listReports(bench)).toMatchObject([
      {
        ...{ type: 'authz_fail', ...who, missing: 'permission', name: 'auth:users:read' },
        reasons: [{ permission: 'auth:users:read', code: 'no_grant', rule: null, condition: null }],
        requestId: answer.json.requestId,
      },
    ]);
  });

  it('of a route that asks for a fresh proof', async () => {
    bench.clock.advance(11 * minuteMs);
    const headers = { authorization: `Bearer ${accessToken}` };
    const url = '/auth/account/export';
    expect((await bench.send({ method: 'GET', url, headers })).status).toBe(401);
    expect(await listReports(bench)).toMatchObject([{ ...who, missing: 'step_up' }]);
  });

  it('of an address that is not listed, whoever asks', async () => {
    await start({ http: { adminNetworks: ['private'] } });
    expect((await ask(bench.http.requireAddress(['private']), accessToken))?.status).toBe(403);
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await bench.send({ method: 'GET', url: '/auth/admin/users', headers })).status).toBe(403);
    expect(await listReports(bench)).toMatchObject([
      { type: 'authz_fail', userId: null, sessionId: null, missing: 'address' },
      { type: 'authz_fail', ...who, missing: 'address' },
    ]);
  });

  it('once a minute for each account and demand, with how many were left out', async () => {
    const guards = [bench.http.requireRole('boss'), bench.http.requirePermission('reports:read')];
    const askAll = async () => {
      for (const guard of guards) await ask(guard, accessToken);
    };
    for (let times = 0; times < 5; times += 1) await askAll();
    bench.clock.advance(minuteMs - 1);
    await askAll();
    expect(await listReports(bench)).toMatchObject([
      { name: 'boss', leftOut: 0 },
      { name: 'reports:read', leftOut: 0 },
    ]);
    bench.clock.advance(1);
    await askAll();
    expect((await listReports(bench)).slice(2)).toMatchObject([
      { name: 'boss', leftOut: 5 },
      { name: 'reports:read', leftOut: 5 },
    ]);
  });

  it('costs no answer: it is the same, and at once, while the log is away', async () => {
    const failures: unknown[] = [];
    let isAway = false;
    const audit = createMemoryAuditStore();
    await start({
      openStores: (clock) => ({
        ...memoryStores({ clock }),
        audit: {
          ...audit,
          append: (command) =>
            isAway ? Promise.reject(storeUnavailable(new Error('away'))) : audit.append(command),
        },
      }),
      auth: { onEventError: (error) => void failures.push(error) },
    });
    isAway = true;
    const headers = { authorization: `Bearer ${accessToken}` };
    const verdict = bench.http.requireRole('boss')(requestOf({ method: 'GET', url: '/', headers }));
    expect(verdict).toMatchObject({ isAllowed: false, response: { status: 403 } });
    await bench.auth.close();
    expect(await listReports(bench)).toEqual([]);
    expect(failures).toMatchObject([{ code: 'store_unavailable' }]);
  });

  it('is no event where access is granted', async () => {
    expect(await ask(bench.http.signedIn(), accessToken)).toBeNull();
    expect(await listReports(bench)).toEqual([]);
  });
});

describe('a flood of strangers', () => {
  it('is bounded by network, and by a thousand of all together', async () => {
    const bench = createHttpBench();
    const report = (ip: string) =>
      bench.auth.report({
        ...{ type: 'malicious_request', tenantId: '', userId: null, refusal: 'csrf_refused' },
        ...{ ip, requestId: 'AAAAAAAA', userAgent: null },
      });
    for (let host = 0; host < 9; host += 1) report(`2001:db8::${host}`);
    expect(await listReports(bench)).toHaveLength(1);
    for (let net = 1; net <= 1500; net += 1) report(`10.${net >> 8}.${net & 255}.1`);
    // The last ones share a place.
    expect(await listReports(bench)).toHaveLength(1001);
    bench.clock.advance(minuteMs);
    report('10.9.9.9');
    expect(await listReports(bench)).toHaveLength(1002);
    for (let net = 1; net <= 1500; net += 1) report(`10.${net >> 8}.${net & 255}.2`);
    const later = (await listReports(bench)).slice(1002);
    expect(later).toHaveLength(1000);
    expect(later.at(-1)).toMatchObject({ leftOut: 500 });
  });

  it('does not silence anybody after the clock was set back', async () => {
    const bench = createHttpBench();
    const guard = bench.http.requireAddress(['private']);
    await ask(guard, '');
    bench.clock.advance(-2 * minuteMs);
    await ask(guard, '');
    expect(await listReports(bench)).toHaveLength(2);
  });
});

describe('an attempt to get around a defence is an event (ASVS 16.3.3)', () => {
  it.each<[string, string, object, object | undefined]>([
    [
      'a foreign page',
      'csrf_refused',
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      {},
    ],
    ['no CSRF token', 'csrf_refused', { 'x-csrf-token': 'made-up' }, {}],
    ['two credentials', 'credentials_ambiguous', { authorization: 'Bearer x' }, {}],
    ['another method', 'method_override_refused', { 'x-http-method-override': 'DELETE' }, {}],
    ['no token', 'access_token_malformed', { authorization: 'Bearer x', cookie: null }, {}],
  ])('%s', async (_what, refusal, headers, json) => {
    const bench = createHttpBench();
    const browser = createBrowser(bench);
    await browser.register();
    const answer = await browser.send({
      ...{ method: 'POST', url: '/auth/sessions/revoke-all', json },
      headers: headers as Record<string, string>,
    });
    expect(answer.json.code).toBe(refusal);
    expect(await listReports(bench)).toMatchObject([
      {
        type: 'malicious_request',
        userId: null,
        refusal,
        ip: '203.0.113.7',
        requestId: answer.json.requestId,
      },
    ]);
  });

  it('a cookie that is there twice, a forged signature', async () => {
    const bench = createHttpBench();
    const { accessToken } = await bench.register();
    const guard = bench.http.signedIn();
    await ask(guard, '', { headers: { cookie: '__Host-access=a; __Host-access=b' } });
    const forged = `${accessToken.slice(0, -4)}${accessToken.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    await ask(guard, forged);
    expect(await listReports(bench)).toMatchObject([
      { type: 'malicious_request', refusal: 'cookie_ambiguous' },
      { type: 'malicious_request', refusal: 'access_token_invalid' },
    ]);
  });

  it('a refresh token that somebody has made up', async () => {
    const bench = createHttpBench();
    const { refreshToken } = await bench.register();
    const refresh = (token: string) =>
      bench.send({ method: 'POST', url: '/auth/refresh', json: { refreshToken: token } });
    expect((await refresh(`${refreshToken.slice(0, -4)}AAAA`)).json.code).toBe('refresh_token_invalid');
    const cookie = `__Host-refresh=${refreshToken.slice(0, -4)}BBBB`;
    await ask(bench.http.signedIn(), '', { headers: { cookie } });
    expect(await listReports(bench)).toMatchObject([
      { type: 'malicious_request', refusal: 'refresh_token_invalid', leftOut: 0 },
    ]);
  });

  it('but no refresh token that an honest client may have kept for long', async () => {
    const bench = createHttpBench();
    const strangers = createHttpBench({ auth: { secret: newRootSecret } });
    const mine = await bench.register();
    bench.clock.advance(100 * 86_400_000);
    await bench.auth.deleteExpired();
    for (const { refreshToken } of [mine, await strangers.register(), { refreshToken: 'undefined' }]) {
      const answer = await bench.send({ method: 'POST', url: '/auth/refresh', json: { refreshToken } });
      expect(answer.json.code).toBe('refresh_token_invalid');
    }
    expect(await listReports(bench)).toEqual([]);
  });

  it('a foreign page that signs out whom it makes ask', async () => {
    const bench = createHttpBench();
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await bench.send({ method: 'POST', url: '/auth/logout', headers })).status).toBe(204);
    expect(await listReports(bench)).toMatchObject([{ refusal: 'csrf_refused' }]);
  });

  it('the guard for the app’s own forms', async () => {
    const bench = createHttpBench();
    const headers = { 'sec-fetch-site': 'cross-site' };
    await bench.http.csrf({ always: true })(requestOf({ method: 'POST', url: '/', headers }));
    expect(await listReports(bench)).toMatchObject([{ refusal: 'csrf_refused' }]);
  });

  it('input of another form, and of it not a word', async () => {
    const bench = createHttpBench();
    const json = { email: 7, 'planted\n': 'planted' };
    const answer = await bench.send({ method: 'POST', url: '/auth/login', headers: ownPage, json });
    expect(answer.status).toBe(422);
    const reports = await listReports(bench);
    expect(reports).toMatchObject([{ type: 'input_validation_fail', refusal: 'input_invalid' }]);
    expect(JSON.stringify(reports)).not.toContain('planted');
  });

  it('but not what happens to everybody: nobody signed in, a token that has expired', async () => {
    const bench = createHttpBench();
    const { accessToken } = await bench.register();
    bench.clock.advance(16 * minuteMs);
    await ask(bench.http.signedIn(), accessToken);
    await bench.http.signedIn()(requestOf({ method: 'GET', url: '/' }));
    expect(await listReports(bench)).toEqual([]);
  });
});

describe('what could not be answered is told (ASVS 16.3.4)', () => {
  const start = () => {
    const errors: unknown[][] = [];
    const onError = (...args: unknown[]) => void errors.push(args);
    return { errors, bench: createHttpBench({ auth: { onError } }) };
  };

  it('an outage, by routes and guards alike, once a minute, with its cause for the app and without for the event', async () => {
    const { errors, bench } = start();
    const { accessToken } = await bench.register();
    bench.watched.fail('revocations.isRevoked', 'users.findByEmail');
    const json = { email: 'ada@example.org', password: 'x' };
    const answer = await bench.send({ method: 'POST', url: '/auth/login', headers: ownPage, json });
    expect(answer.status).toBe(503);
    expect((await ask(bench.http.signedIn(), accessToken))?.status).toBe(503);
    const { requestId } = answer.json;
    expect(errors).toMatchObject([
      [
        { code: 'store_unavailable', cause: { message: expect.stringContaining('ECONNREFUSED') } },
        { requestId },
      ],
    ]);
    const reports = await listReports(bench);
    expect(reports).toMatchObject([{ type: 'sys_failure', failure: 'store_unavailable', requestId }]);
    expect(JSON.stringify(reports)).not.toContain('ECONNREFUSED');
    bench.clock.advance(minuteMs);
    await ask(bench.http.signedIn(), accessToken);
    expect((await listReports(bench)).at(-1)).toMatchObject({ leftOut: 1 });
    expect(await bench.auth.audit?.list({ tenantId: '', type: 'sys_failure', limit: 9 })).toEqual([]);
  });

  it('by a warning where the app does not listen, without what was sent to the store', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const bench = createHttpBench({ auth: { onError: undefined } as object });
    bench.watched.fail('revocations.isRevoked');
    const { accessToken } = await bench.register();
    await ask(bench.http.signedIn(), accessToken);
    expect(warn.mock.calls).toEqual([['a request failed: store_unavailable (Error)']]);
    warn.mockRestore();
  });

  it('and a listener that fails is no new failure of the request', async () => {
    const failures: unknown[] = [];
    const failure = new RangeError('listener');
    const bench = createHttpBench({
      auth: {
        onError: () => {
          throw failure;
        },
        onEventError: (error) => void failures.push(error),
      },
    });
    bench.watched.fail('revocations.isRevoked');
    const { accessToken } = await bench.register();
    expect((await ask(bench.http.signedIn(), accessToken))?.status).toBe(503);
    await bench.listEvents();
    expect(failures).toEqual([failure]);
  });

  it('a bug, which the host gets as well', async () => {
    const { errors, bench } = start();
    const { accessToken } = await bench.register();
    const bug = new RangeError('bug');
    bench.watched.delay(() => Promise.reject(bug));
    await expect(
      bench.send({ method: 'GET', url: '/auth/me', headers: { authorization: `Bearer ${accessToken}` } }),
    ).rejects.toBe(bug);
    expect(errors).toEqual([[bug, { requestId: expect.any(String) }]]);
    expect(await listReports(bench)).toMatchObject([{ failure: 'unexpected' }]);
  });

  it('also when a function of the app breaks in the middle of a refusal, which stays as it is', async () => {
    const errors: unknown[] = [];
    let isBroken = false;
    const bench = createHttpBench({
      auth: { onError: (error) => void errors.push(error) },
      http: {
        tenantOf: () => {
          if (isBroken) throw new RangeError('tenantOf');
          return '';
        },
      },
    });
    isBroken = true;
    expect((await ask(bench.http.requireAddress(['private']), ''))?.status).toBe(403);
    expect(errors).toEqual([new RangeError('tenantOf')]);
  });
});

describe('the id of a request', () => {
  const given = 'proxy-made-0123456789';
  const refuse = async (http: NonNullable<HttpBenchOptions['http']>, id: string) => {
    const bench = createHttpBench({ http });
    const headers = { 'x-request-id': id };
    const answer = await bench.send({ method: 'GET', url: '/auth/me', headers });
    expect(answer.headers['x-request-id']).toBe(answer.json.requestId);
    return answer.json.requestId;
  };
  const behind = { trustedProxies: ['203.0.113.0/24'], keepProxyRequestId: true } as const;

  it('is that of a trusted proxy where the app says so and it is well-formed', async () => {
    expect(await refuse(behind, given)).toBe(given);
  });

  it.each([
    [
      'a client may say anything',
      { trustedProxies: ['10.0.0.0/8'], keepProxyRequestId: true } as const,
      given,
    ],
    ['the app did not ask for it', { trustedProxies: ['203.0.113.0/24'] } as const, given],
    ['it would break a line of a log', behind, 'abcdefgh\nadmin signed in'],
    ['it is too long', behind, 'a'.repeat(65)],
    ['it is too short to tell requests apart', behind, 'a'],
  ])('is our own where %s', async (_why, http, id) => {
    expect(await refuse(http, id)).toMatch(/^[\w-]{22}$/);
  });

  it('is kept only where there is a proxy', () => {
    expect(() => createHttpBench({ http: { keepProxyRequestId: true } })).toThrow(
      new TypeError('keepProxyRequestId: there are no trustedProxies'),
    );
  });

  it('is the same for guards, routes and the app, and in the limits that are told of', async () => {
    const bench = createHttpBench({ auth: { rateLimits: {} } });
    const { http } = bench;
    const guard = http.rateLimit({ name: 'one', limit: { count: 1, per: '1h' } });
    const request = requestOf({ method: 'GET', url: '/' });
    await guard(request);
    const verdict = await guard(request);
    const id = http.requestIdOf(request);
    expect(verdict).toMatchObject({ response: { headers: { 'x-request-id': id } } });
    expect(await bench.listEvents()).toMatchObject([{ type: 'excess_rate_limit_exceeded', requestId: id }]);
    expect(http.requestIdOf(requestOf({ method: 'GET', url: '/' }))).not.toBe(id);
  });

  it.each(['guard', 'route'])('comes with who is signed in, also in the limits of a %s', async (what) => {
    const limit = { count: 1, per: '1h' } as const;
    const bench = createHttpBench({ auth: { rateLimits: { api: limit } } });
    const { user, session, accessToken } = await bench.register();
    const headers = { authorization: `Bearer ${accessToken}` };
    const guard = all(bench.http.signedIn(), bench.http.rateLimit());
    for (let times = 0; times < 2; times += 1)
      if (what === 'guard') await ask(guard, accessToken);
      else await bench.send({ method: 'PATCH', url: '/auth/me', headers, json: { name: 'Ada' } });
    const audit = bench.auth.audit;
    const list = () => audit?.list({ tenantId: '', type: 'excess_rate_limit_exceeded', limit: 9 });
    const [entry] = (await list()) ?? [];
    expect(entry).toMatchObject({ userId: null, actorId: user.userId, ip: '203.0.113.7' });
    expect(JSON.parse(entry?.data ?? '')).toMatchObject({ zone: 'api', actorSessionId: session.id });
    await audit?.forget(user);
    expect(await list()).toMatchObject([{ actorId: null, ip: null }]);
  });
});
