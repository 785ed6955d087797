import type { Route } from '@tessera-auth/core/http';
import { beforeEach, describe, expect, it } from 'vitest';
import { newRootSecret, publicUrl } from '../auth-bench.js';
import { exampleBodyOf } from './example-body.js';
import { expectProblem } from './expect-problem.js';
import {
  type Call,
  createHttpBench,
  credentials,
  exampleUrlOf,
  type HttpBench,
  ownPage,
} from './http-bench.js';

const protectedRoutes = createHttpBench().http.routes.filter(({ isProtected }) => isProtected);
const byName = protectedRoutes.map((route) => [`${route.method} ${route.path}`, route] as const);

let bench: HttpBench;
let tokens: { accessToken: string; refreshToken: string };
beforeEach(async () => {
  bench = createHttpBench();
  tokens = (
    await bench.send({ method: 'POST', url: '/auth/register', json: { ...credentials, transport: 'bearer' } })
  ).json;
  bench.watched.forgetCalls();
});

const callOf = (route: Route, headers: Call['headers'] = {}): Call => ({
  method: route.method,
  url: exampleUrlOf(route),
  headers: { ...ownPage, ...headers },
  ...(route.body === null ? {} : { json: exampleBodyOf(route) }),
});

describe.each(byName)('%s', (_name, route) => {
  it('answers 401 to nobody, with the scheme to use', async () => {
    for (const headers of [{}, { authorization: 'Basic YWRhOmFkYQ==' }, { cookie: 'theme=dark' }]) {
      const answer = await bench.send(callOf(route, headers));
      expectProblem(answer, 401, 'credentials_missing');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
    expect(bench.watched.calls).toEqual([]);
  });

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a,b',
    'bearer\tx',
    'Bearer a, Bearer b',
    `Bearer ${'x'.repeat(9000)}`,
    'Bearer \u0000',
    'Bearer ..',
    'Bearer null',
  ])('answers 401 to the malformed header %j', async (authorization) => {
    const answer = await bench.send(callOf(route, { authorization }));
    expectProblem(answer, 401, 'access_token_malformed');
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(bench.watched.calls).toEqual([]);
  });

  it('answers 401 to tokens that are not, or no longer, good (ASVS 7.2.1)', async () => {
    const foreign = createHttpBench({ auth: { secret: newRootSecret } });
    const { accessToken } = await foreign.register();
    const forged = await bench.send(callOf(route, { authorization: `Bearer ${accessToken}` }));
    expectProblem(forged, 401, 'access_token_invalid');
    bench.clock.advance(906_000);
    const late = await bench.send(callOf(route, { authorization: `Bearer ${tokens.accessToken}` }));
    expectProblem(late, 401, 'access_token_expired');
    expect(bench.watched.calls).toEqual([]);
  });

  it('answers 401 to a token that was revoked, however often it comes', async () => {
    await bench.auth.revokeToken('', tokens.accessToken);
    for (let time = 0; time < 2; time++) {
      const answer = await bench.send(callOf(route, { authorization: `Bearer ${tokens.accessToken}` }));
      expectProblem(answer, 401, 'access_token_revoked');
    }
  });

  it('does not renew for a client with a header, but lets it refresh by itself', async () => {
    bench.clock.advance(906_000);
    const headers = {
      authorization: `Bearer ${tokens.accessToken}`,
      cookie: `__Host-refresh=${tokens.refreshToken}`,
    };
    const answer = await bench.send(callOf(route, headers));
    expectProblem(answer, 401, 'access_token_expired');
    expect(answer.cookies).toEqual([]);
  });

  it('refuses two access tokens at once, even twice the same (RFC 6750 §2)', async () => {
    const headers = {
      authorization: `Bearer ${tokens.accessToken}`,
      cookie: `__Host-access=${tokens.accessToken}`,
    };
    expectProblem(await bench.send(callOf(route, headers)), 400, 'credentials_ambiguous');
    expect(bench.watched.calls).toEqual([]);
  });

  it.each(['__Host-access', '__Host-refresh'])('refuses the cookie %s twice', async (name) => {
    for (const cookie of [`${name}=a; ${name}=b`, `${name}=a;${name}=a`, `x=1;  ${name}=; y=2; ${name}=b`]) {
      expectProblem(await bench.send(callOf(route, { cookie })), 400, 'cookie_ambiguous');
    }
    expect(bench.watched.calls).toEqual([]);
  });

  it.each([
    '__Host-access=garbage; __Host-refresh=garbage',
    '__Host-access=; __Host-refresh=',
    `__Host-access=${'x'.repeat(5000)}; __Host-refresh=rt1_${'A'.repeat(100)}`,
    '__Host-access="quoted"; __Host-refresh=%72t1_',
  ])('answers 401 to the cookies %j and makes the browser forget them', async (cookie) => {
    const answer = await bench.send(callOf(route, { cookie }));
    expectProblem(answer, 401, 'refresh_token_invalid');
    expect(answer.cookies).toHaveLength(2);
    for (const line of answer.cookies) expect(line).toMatch(/=; .*; Max-Age=0$/);
    expect(bench.watched.calls).toEqual([]);
  });

  it.each([
    'access=garbage; refresh=garbage',
    '__host-access=garbage',
    '__Secure-access=garbage',
    'x__Host-access=garbage',
    '__Host-accessx=garbage',
    '__Host-access',
    'x="; __Host-acces=; "',
    ';;;=;==',
    '=__Host',
  ])('does not take %j for its own cookies', async (cookie) => {
    expectProblem(await bench.send(callOf(route, { cookie })), 401, 'credentials_missing');
  });
});

describe('tokens in the wrong place', () => {
  const me = { method: 'GET', url: '/auth/me' };
  it('a refresh token opens nothing', async () => {
    const { refreshToken } = tokens;
    const inHeader = await bench.send({ ...me, headers: { authorization: `Bearer ${refreshToken}` } });
    expectProblem(inHeader, 401, 'access_token_malformed');
    const inCookie = await bench.send({ ...me, headers: { cookie: `__Host-access=${refreshToken}` } });
    expectProblem(inCookie, 401, 'access_token_malformed');
  });

  it('an access token refreshes nothing', async () => {
    const call = { method: 'POST', url: '/auth/refresh' };
    const { accessToken } = tokens;
    const inBody = await bench.send({ ...call, json: { refreshToken: accessToken } });
    expectProblem(inBody, 401, 'refresh_token_invalid');
    const headers = { ...ownPage, cookie: `__Host-refresh=${accessToken}` };
    expectProblem(await bench.send({ ...call, headers }), 401, 'refresh_token_invalid');
    const bearer = { authorization: `Bearer ${accessToken}` };
    expectProblem(await bench.send({ ...call, headers: bearer }), 401, 'credentials_missing');
  });

  it('a refresh token twice is one too many', async () => {
    const { refreshToken } = tokens;
    const headers = { origin: publicUrl, cookie: `__Host-refresh=${refreshToken}` };
    const answer = await bench.send({
      method: 'POST',
      url: '/auth/refresh',
      headers,
      json: { refreshToken },
    });
    expectProblem(answer, 400, 'credentials_ambiguous');
    expect(bench.watched.calls).toEqual([]);
  });

  it.each([15, 129])('an attempt id of %i characters is refused', async (length) => {
    const json = { refreshToken: tokens.refreshToken, attemptId: 'a'.repeat(length) };
    const answer = await bench.send({ method: 'POST', url: '/auth/refresh', json });
    expectProblem(answer, 422, 'input_invalid');
    expect(answer.json.errors).toMatchObject([{ pointer: '/attemptId' }]);
  });
});

describe('a token of another tenant', () => {
  it('opens nothing here, in a header or in cookies', async () => {
    const tenants = createHttpBench({ http: { tenantOf: ({ headers }) => String(headers.host) } });
    const call = { method: 'POST', url: '/auth/register', json: { ...credentials, transport: 'bearer' } };
    const acme = (await tenants.send({ ...call, headers: { host: 'acme' } })).json;
    const me = (headers: Call['headers']) =>
      tenants.send({ method: 'GET', url: '/auth/me', headers: headers ?? {} });
    const authorization = `Bearer ${acme.accessToken}`;
    expect((await me({ host: 'acme', authorization })).status).toBe(200);
    expectProblem(await me({ host: 'globex', authorization }), 401, 'access_token_invalid');
    const cookie = `__Host-access=${acme.accessToken}; __Host-refresh=${acme.refreshToken}`;
    expect((await me({ host: 'acme', cookie })).status).toBe(200);
    expectProblem(await me({ host: 'globex', cookie }), 401, 'refresh_token_invalid');
  });
});
