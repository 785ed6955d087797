import type { AuthOptions } from '@tessera-auth/core';
import type { RouteLimitsOptions, RouteName } from '@tessera-auth/core/http';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, administration, createHttpBench, credentials, type HttpBench } from './http-bench.js';

let bench: HttpBench;
beforeEach(() => {
  bench = createHttpBench({ auth: { rateLimits: {} } });
});

const send = (method: string, url: string, json?: object, token?: string): Promise<Answer> =>
  bench.send({
    method,
    url,
    ...(json === undefined ? {} : { json }),
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });
const asBearer = { ...credentials, transport: 'bearer' };

/** The statuses of so many requests in a row. */
async function statuses(count: number, request: (at: number) => Promise<Answer>): Promise<number[]> {
  const seen: number[] = [];
  for (let at = 0; at < count; at++) seen.push((await request(at)).status);
  return seen;
}

describe('429', () => {
  it('says for how long, and which limit (RFC 9110 §10.2.3, draft-ietf-httpapi-ratelimit-headers)', async () => {
    await send('POST', '/auth/register', asBearer);
    const wrong = () => send('POST', '/auth/login', { ...asBearer, password: 'wrong' });
    expect(await statuses(3, wrong)).toEqual([401, 401, 401]);
    const refused = await wrong();
    expect(refused.json).toMatchObject({ status: 429, code: 'rate_limited', title: 'Too Many Requests' });
    expect(refused.headers).toMatchObject({
      'retry-after': '12',
      'ratelimit-policy': '"signIn";q=5;w=60',
      ratelimit: '"signIn";r=0;t=12',
      'cache-control': 'no-store',
    });
    bench.clock.advance(12_000);
    expect((await send('POST', '/auth/login', asBearer)).status).toBe(200);
  });

  it('comes for the eleventh address for which a network forgets the password, known or not', async () => {
    await send('POST', '/auth/register', asBearer);
    const forget = (at: number) =>
      send('POST', '/auth/password/forgot', {
        email: at % 2 === 0 ? credentials.email : `nobody${at}@example.org`,
      });
    expect(await statuses(12, forget)).toEqual([...Array<number>(10).fill(202), 429, 429]);
  });

  it('comes for whoever tries links by the thousand (ASVS 6.6.3)', async () => {
    const open = (at: number) => send('POST', '/auth/email/verify', { token: `ot1_${at}` });
    const seen = await statuses(25, open);
    expect(seen.filter((status) => status === 422)).toHaveLength(20);
    expect(seen.at(-1)).toBe(429);
  });

  it.each([
    ['tokens that are revoked', '/auth/revoke', { token: 'rt1_' }, 200],
    [
      'second halves of sign-ins',
      '/auth/mfa/verify',
      { mfaToken: 'ot1_', method: 'totp', code: '000000' },
      401,
    ],
    [
      'set-ups in the middle of a sign-in',
      '/auth/mfa/setup/confirm',
      { mfaToken: 'ot1_', code: '000000' },
      401,
    ],
  ])('comes for a network that sends %s by the thousand', async (_what, url, json, status) => {
    const transport = url === '/auth/revoke' ? {} : { transport: 'bearer' };
    const seen = await statuses(21, () => send('POST', url, { ...json, ...transport }));
    expect(seen).toEqual([...Array<number>(20).fill(status), 429]);
  });

  it('comes for a network that signs out by the thousand, and from no foreign page without a token', async () => {
    const { json } = await send('POST', '/auth/register', asBearer);
    const foreign = { method: 'POST', url: '/auth/logout', headers: { 'sec-fetch-site': 'cross-site' } };
    expect(new Set(await statuses(30, () => bench.send(foreign)))).toEqual(new Set([204]));
    const seen = await statuses(21, () => send('POST', '/auth/logout', undefined, json.accessToken));
    expect(seen).toEqual([...Array<number>(20).fill(204), 429]);
  });

  it('comes for an account that changes too much at once, and not for one that reads', async () => {
    const { json } = await send('POST', '/auth/register', asBearer);
    const read = () => send('GET', '/auth/me', undefined, json.accessToken);
    expect(new Set(await statuses(150, read))).toEqual(new Set([200]));
    const rename = (at: number) => send('PATCH', '/auth/me', { name: `Ada ${at}` }, json.accessToken);
    const seen = await statuses(25, rename);
    expect(seen.slice(0, 20)).toEqual(Array<number>(20).fill(200));
    expect(seen.at(-1)).toBe(429);
    bench.clock.advance(600);
    expect((await rename(0)).status).toBe(200);
  });

  it('does not come for refreshing', async () => {
    const { json } = await send('POST', '/auth/register', asBearer);
    let { refreshToken } = json;
    for (let turn = 0; turn < 40; turn++) {
      bench.clock.advance(15_000);
      const answer = await send('POST', '/auth/refresh', { refreshToken });
      expect(answer.status).toBe(200);
      refreshToken = answer.json.refreshToken;
    }
  });
});

describe('a limit of one route', () => {
  const open = (routeLimits: RouteLimitsOptions, rateLimits: AuthOptions['rateLimits'] = {}) => {
    bench = createHttpBench({ auth: { ...administration, rateLimits }, http: { routeLimits } });
  };
  /** A request from the given network, with a token where there is one. */
  const from = (remoteAddress: string, method: string, url: string, token?: string, json?: object) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return bench.send({ remoteAddress, method, url, headers, ...(json && { json }) });
  };
  const hourly = { count: 1, per: '1h' } as const;

  it('holds for each network, besides those of the zones, and for no other route', async () => {
    open({ 'POST /login': { count: 2, per: '1m' } });
    const wrong = { ...asBearer, password: 'wrong' };
    const login = (remoteAddress: string) => from(remoteAddress, 'POST', '/auth/login', undefined, wrong);
    expect(await statuses(2, () => login('192.0.2.1'))).toEqual([401, 401]);
    const refused = await login('192.0.2.1');
    expect(refused.json).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.headers).toMatchObject({
      'retry-after': '30',
      'ratelimit-policy': '"POST /login";q=2;w=60',
      ratelimit: '"POST /login";r=0;t=30',
    });
    expect((await login('198.51.100.1')).status).toBe(401);
    // The account has had its three at once.
    expect((await login('203.0.113.1')).headers['ratelimit-policy']).toBe('"signIn";q=5;w=60');
    expect((await from('192.0.2.1', 'POST', '/auth/register', undefined, asBearer)).status).toBe(201);
    bench.clock.advance(30_000);
    expect((await login('192.0.2.1')).status).toBe(401);
    expect(await bench.listEvents()).toContainEqual(
      expect.objectContaining({ type: 'excess_rate_limit_exceeded', zone: 'POST /login', ip: '192.0.2.1' }),
    );
  });

  it.each([
    ['GET', '/auth/account/export', 'GET /account/export'],
    ['GET', '/auth/admin/users', 'GET /admin/users'],
    ['GET', '/auth/admin/users/1', 'GET /admin/users/:id'],
    ['PATCH', '/auth/me', 'PATCH /me'],
  ] as const)('holds for each account, wherever it asks from: %s %s', async (method, url, name) => {
    open({ [name]: hourly });
    const { accessToken: ada } = await bench.register();
    const { accessToken: eve } = await bench.register('eve@example.org');
    const json = method === 'PATCH' ? { name: 'Ada' } : undefined;
    const ask = (remoteAddress: string, token: string) => from(remoteAddress, method, url, token, json);
    expect((await ask('192.0.2.1', ada)).status).not.toBe(429);
    const refused = await ask('198.51.100.1', ada);
    expect([refused.status, refused.headers['ratelimit-policy']]).toEqual([429, `"${name}";q=1;w=3600`]);
    expect((await ask('203.0.113.1', eve)).status).not.toBe(429);
    // Nobody gets around it with more accounts.
    expect((await ask('203.0.113.1', (await bench.register('kim@example.org')).accessToken)).status).toBe(
      429,
    );
  });

  it('may be several that all hold', async () => {
    open({
      'GET /csrf': [
        { count: 5, per: '1s' },
        { count: 2, per: '1d' },
      ],
    });
    const seen = await statuses(3, () => send('GET', '/auth/csrf'));
    expect(seen.map((status) => status === 429)).toEqual([false, false, true]);
  });

  it("is not counted with rateLimits 'off', as nothing is", async () => {
    open({ 'GET /csrf': hourly }, 'off');
    expect(await statuses(3, () => send('GET', '/auth/csrf'))).not.toContain(429);
  });

  it('is 503 when nobody can count', async () => {
    open({ 'GET /csrf': hourly });
    bench.watched.fail('rateLimits.take');
    expect((await send('GET', '/auth/csrf')).json.code).toBe('store_unavailable');
  });

  it('is among the answers that the document names', async () => {
    open({ 'GET /me': hourly });
    const { paths } = (await send('GET', '/auth/openapi.json')).json;
    expect(paths['/auth/me'].get.responses).toHaveProperty('429');
    expect(paths['/auth/sessions'].get.responses).not.toHaveProperty('429');
  });

  it('can be set for each route, whatever the base path, and for none that is not there', () => {
    const { routes } = createHttpBench({ http: { basePath: '/x' } }).http;
    const below = routes.filter(({ path }) => path.startsWith('/x/'));
    const names = below.map(({ method, path }) => `${method} ${path.slice('/x'.length)}`);
    expect(Object.keys(everyRoute).toSorted()).toEqual(names.toSorted());
    const routeLimits = Object.fromEntries(names.map((name) => [name, hourly]));
    const limited = createHttpBench({ auth: { rateLimits: {} }, http: { basePath: '/x', routeLimits } });
    expect(Object.keys(limited.http.describePolicy().routeLimits)).toHaveLength(names.length);
  });

  it.each<[object, string]>([
    [{ 'POST /auth/login': hourly }, "routeLimits['POST /auth/login']: there is no such route"],
    [{ 'GET /login': hourly }, "routeLimits['GET /login']: there is no such route"],
    [{ 'POST /login': { count: 0, per: '1h' } }, "routeLimits['POST /login'].count: expected"],
    [{ 'POST /login': [] }, "routeLimits['POST /login']: expected at least one limit"],
  ])('is refused by name: %j', (routeLimits, message) => {
    expect(() => open(routeLimits)).toThrow(message);
  });
});

/** That each is there is the compiler's business; that there is no other, the test's. */
const everyRoute: Readonly<Record<RouteName, true>> = {
  'POST /register': true,
  'POST /login': true,
  'POST /refresh': true,
  'POST /logout': true,
  'POST /revoke': true,
  'POST /reauthenticate': true,
  'POST /mfa/verify': true,
  'POST /mfa/setup': true,
  'POST /mfa/setup/confirm': true,
  'GET /mfa': true,
  'POST /mfa/totp/enroll': true,
  'POST /mfa/totp/confirm': true,
  'DELETE /mfa/totp': true,
  'POST /mfa/backup-codes': true,
  'GET /me': true,
  'PATCH /me': true,
  'GET /sessions': true,
  'DELETE /sessions/:id': true,
  'POST /sessions/revoke-all': true,
  'POST /password/change': true,
  'POST /password/forgot': true,
  'POST /password/reset': true,
  'POST /email/verify': true,
  'POST /email/change': true,
  'GET /account/export': true,
  'DELETE /account': true,
  'GET /admin/users': true,
  'DELETE /admin/sessions': true,
  'GET /admin/users/:id': true,
  'POST /admin/users/:id/disable': true,
  'POST /admin/users/:id/enable': true,
  'DELETE /admin/users/:id': true,
  'GET /admin/users/:id/sessions': true,
  'DELETE /admin/users/:id/sessions': true,
  'POST /admin/users/:id/second-factor/reset': true,
  'GET /admin/roles': true,
  'POST /admin/roles': true,
  'PUT /admin/roles/:name': true,
  'DELETE /admin/roles/:name': true,
  'GET /admin/users/:id/roles': true,
  'PUT /admin/users/:id/roles/:role': true,
  'DELETE /admin/users/:id/roles/:role': true,
  'GET /admin/audit': true,
  'GET /admin/audit/verify': true,
  'GET /csrf': true,
  'GET /openapi.json': true,
};
