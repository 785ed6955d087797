import type { ProfileName } from '@tessera-auth/core';
import {
  all,
  type ContentSecurityPolicy,
  type Guard,
  type SecurityHeadersOptions,
} from '@tessera-auth/core/http';
import { describe, expect, it } from 'vitest';
import { createBrowser } from '../browser.js';
import { administration, createHttpBench, type HttpBench, requestOf } from '../http-bench.js';

/** What a guard says of a request: its status, headers and nonce. */
async function ask(guard: Guard, call: Partial<Parameters<typeof requestOf>[0]> = {}, socket?: object) {
  const request = requestOf({ method: 'GET', url: '/page?x=1', ...call });
  const verdict = await guard({ ...request, ...(socket && { socket }) });
  if (!verdict.isAllowed) {
    const { status, headers, body } = verdict.response;
    return { status, headers, code: body === null ? null : JSON.parse(body).code };
  }
  return { status: 200, headers: verdict.headers ?? {}, code: null, nonce: verdict.nonce };
}

const header = 'securityHeaders.headers.';
const directive = 'securityHeaders.contentSecurityPolicy.';
const hsts = (value: string | false) => ({ headers: { 'strict-transport-security': value } });
const directives = (contentSecurityPolicy: ContentSecurityPolicy) => ({ contentSecurityPolicy });

describe('requireHttps', () => {
  const { http } = createHttpBench({ http: { trustedProxies: ['10.0.0.0/8'] } });
  const plain = { remoteAddress: '203.0.113.7' };

  const page = { accept: 'text/html,application/xhtml+xml;q=0.9' };

  it('lets https through: of the connection, or as a trusted proxy says', async () => {
    const guard = http.requireHttps();
    expect((await ask(guard, {}, { ...plain, encrypted: true })).status).toBe(200);
    const said = { headers: { 'x-forwarded-proto': 'https' } };
    expect((await ask(guard, said, { remoteAddress: '10.0.0.1' })).status).toBe(200);
    expect((await ask(guard, said, plain)).status).toBe(403);
  });

  it.each([
    ['/page?x=1', 'https://app.example.com/page?x=1'],
    ['//evil.example/x', 'https://app.example.com/'],
    ['/\\evil.example', 'https://app.example.com/'],
    ['http://evil.example/x', 'https://app.example.com/'],
    ['*', 'https://app.example.com/'],
  ])('redirects a page, %s, to the app and to nobody else (ASVS 3.7.2)', async (url, location) => {
    const answer = await ask(http.requireHttps(), { url, headers: { ...page, host: 'evil.example' } }, plain);
    expect(answer).toMatchObject({ status: 308, headers: { location } });
  });

  it.each<[string, Record<string, string>, string, readonly number[]]>([
    // What asks, its headers, where; and the status by default, with 'all' and with 'none'.
    ['a page', page, '/page', [308, 308, 403]],
    ['a page, as localhost says', { 'sec-fetch-mode': 'navigate', accept: '*/*' }, '/page', [308, 308, 403]],
    ['a program', { accept: 'application/json' }, '/page', [403, 308, 403]],
    ['a program that does not say', {}, '/page', [403, 308, 403]],
    ['a picture', { accept: 'image/avif,*/*' }, '/page', [403, 308, 403]],
    ['a script on a page', { ...page, 'sec-fetch-mode': 'cors' }, '/page', [403, 308, 403]],
    ['whoever has sent a token', { ...page, authorization: 'Bearer x' }, '/page', [403, 403, 403]],
    ['a page of a ready-made route', page, '/auth/me?x=1', [403, 403, 403]],
    ['a program of a ready-made route', {}, '/auth/sessions/1', [403, 403, 403]],
    ['a platform', {}, '/readyz', [200, 200, 200]],
  ])('redirects pages only: %s %j at %s (ASVS 4.1.2)', async (_who, headers, url, expected) => {
    const asked = ([undefined, { redirects: 'all' }, { redirects: 'none' }] as const).map((options) =>
      ask(http.requireHttps(options), { url, headers }, plain),
    );
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual(expected);
    expect(answers[0]?.code ?? null).toBe(expected[0] === 403 ? 'https_required' : null);
  });

  it('refuses what is no choice', () => {
    expect(() => http.requireHttps({ redirects: 'some' as 'all' })).toThrow(/^requireHttps.redirects: /);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])(
    'refuses %s, which has been heard already',
    async (method) => {
      expect(await ask(http.requireHttps(), { method, headers: page }, plain)).toMatchObject({
        status: 403,
        code: 'https_required',
      });
    },
  );
});

describe('requireAddress', () => {
  const { http } = createHttpBench();
  const guard = http.requireAddress(['203.0.113.0/24', '2001:db8::/32']);

  it.each([
    ['203.0.113.9', 200],
    ['::ffff:203.0.113.9', 200],
    ['2001:db8:5::1', 200],
    ['203.0.114.1', 403],
    ['2001:db9::1', 403],
    [undefined, 403],
  ])('answers %s with %d', async (remoteAddress, status) => {
    const answer = await ask(guard, {}, { remoteAddress });
    expect([answer.status, answer.code]).toEqual([status, status === 403 ? 'address_refused' : null]);
  });

  it('refuses a network that is none', () => {
    expect(() => http.requireAddress(['somewhere'])).toThrow('requireAddress');
  });
});

describe('adminNetworks', () => {
  const ask = async (adminNetworks: readonly string[]) => {
    const bench = createHttpBench({ auth: administration, http: { adminNetworks } });
    const { accessToken } = await bench.register();
    const headers = { authorization: `Bearer ${accessToken}` };
    return Promise.all(
      ['/auth/admin/users', '/auth/me'].map((url) => bench.send({ method: 'GET', url, headers })),
    );
  };

  it('keeps administration to networks, whoever asks, and nothing else', async () => {
    const [refused, me] = await ask(['10.0.0.0/8']);
    expect([refused?.status, refused?.json.code, me?.status]).toEqual([403, 'address_refused', 200]);
    const [answered] = await ask(['203.0.113.0/24']);
    expect(answered?.status).toBe(200);
  });

  it('is refused by name where one is none', () => {
    expect(() => createHttpBench({ http: { adminNetworks: ['office'] } })).toThrow('adminNetworks');
  });
});

describe('securityHeaders', () => {
  const { http } = createHttpBench();

  it('has what a page needs (ASVS 3.4.1, 3.4.3, 3.4.4, 3.4.5, 3.4.6, 3.4.8)', async () => {
    const { headers } = await ask(http.securityHeaders());
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
  });

  it('gives each answer a nonce of its own, which nobody guesses', async () => {
    const guard = http.securityHeaders({ nonce: true });
    const [one, other] = [await ask(guard), await ask(guard)];
    expect(one.nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    expect(one.nonce).not.toBe(other.nonce);
    const policy = one.headers['content-security-policy'];
    expect(policy).toContain(`script-src 'self' 'nonce-${one.nonce}'`);
    expect(policy).toContain(`style-src 'self' 'nonce-${one.nonce}'`);
  });

  it('can be changed directive by directive and header by header (ASVS 3.4.7)', async () => {
    const { headers } = await ask(
      http.securityHeaders({
        contentSecurityPolicy: { 'img-src': ["'self'", 'data:'], 'form-action': false },
        headers: { 'x-frame-options': false, 'referrer-policy': 'no-referrer' },
        reportUrl: 'https://app.example.com/reports',
        hstsPreload: true,
      }),
    );
    expect(headers['content-security-policy']).toBe(
      "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; img-src 'self' data:; report-uri https://app.example.com/reports; report-to csp",
    );
    expect(headers).not.toHaveProperty('x-frame-options');
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'reporting-endpoints': 'csp="https://app.example.com/reports"',
      'strict-transport-security': 'max-age=31536000; includeSubDomains; preload',
    });
  });

  it('promises no https where there is none', async () => {
    const { http: local } = createHttpBench({ auth: { publicUrl: 'http://localhost:3000' } });
    expect((await ask(local.securityHeaders())).headers).not.toHaveProperty('strict-transport-security');
  });

  it.each([
    [{ contentSecurityPolicy: { 'script-src': ["'self'; object-src *"] } }],
    [{ contentSecurityPolicy: { 'Script src': [] } }],
    [{ reportUrl: 'reports' }],
  ])('refuses %j', (options) => {
    expect(() => http.securityHeaders(options as never)).toThrow(/^securityHeaders\./);
  });

  describe('with a profile', () => {
    const { http: never } = createHttpBench();
    /** What no level refuses, in the place of what is cheap to test with. */
    const strict = { emailVerification: 'required', passwords: {}, rateLimits: {} } as const;
    const at = (profile: ProfileName) =>
      createHttpBench({ auth: { ...strict, profile } }).http.securityHeaders;

    it('gives each answer a nonce at level 3, and at no other unless it is told (ASVS 3.4.3)', async () => {
      const policyOf = async (profile: ProfileName) =>
        (await ask(at(profile)())).headers['content-security-policy'];
      expect(await policyOf('asvs-l3')).toMatch(/script-src 'self' 'nonce-[^']+'/);
      expect(await policyOf('asvs-l2')).not.toContain('nonce');
    });

    it.each<[1 | 2 | 3, SecurityHeadersOptions, string]>([
      [1, hsts(false), `${header}strict-transport-security must have a max-age of at least 31536000`],
      [
        1,
        hsts('max-age=31535999'),
        `${header}strict-transport-security must have a max-age of at least 31536000`,
      ],
      [2, hsts('max-age=31536000'), `${header}strict-transport-security must have includeSubDomains`],
      [
        2,
        { headers: { 'x-content-type-options': false } },
        `${header}x-content-type-options must be nosniff`,
      ],
      [
        2,
        { headers: { 'referrer-policy': 'unsafe-url' } },
        `${header}referrer-policy must keep paths from other origins`,
      ],
      [2, directives({ 'object-src': false }), `${directive}object-src must be 'none'`],
      [2, directives({ 'base-uri': ["'self'"] }), `${directive}base-uri must be 'none'`],
      [2, directives({ 'frame-ancestors': false }), `${directive}frame-ancestors must say who may frame it`],
      [
        2,
        directives({ 'script-src': ["'self'", "'unsafe-inline'"] }),
        `${directive}script-src must list what may run`,
      ],
      [2, directives({ 'default-src': ['*'] }), `${directive}script-src must list what may run`],
      [2, directives({ 'default-src': false }), `${directive}script-src must list what may run`],
      [
        2,
        directives({ 'script-src-elem': ['https:'] }),
        `${directive}script-src-elem must list what may run`,
      ],
      [3, { nonce: false }, 'securityHeaders.nonce must be true'],
      [
        3,
        { headers: { 'cross-origin-opener-policy': 'unsafe-none' } },
        `${header}cross-origin-opener-policy must be same-origin or same-origin-allow-popups`,
      ],
    ])(
      'holds from level %d on, not before: %j (ASVS 3.4.1, 3.4.3, 3.4.4, 3.4.5, 3.4.6, 3.4.8)',
      (level, options, demand) => {
        expect(() => never.securityHeaders(options)).not.toThrow();
        for (const each of [1, 2, 3] as const) {
          const make = () => at(`asvs-l${each}`)(options);
          if (each < level) expect(make).not.toThrow();
          else expect(make).toThrow(new TypeError(`profile 'asvs-l${each}': ${demand}`));
        }
      },
    );

    it('leaves the rest to the app: who frames it, what it loads, who opens it', () => {
      const options = {
        contentSecurityPolicy: { 'frame-ancestors': ['https://partner.example'], 'script-src': ["'self'"] },
        headers: {
          'cross-origin-opener-policy': 'same-origin-allow-popups',
          'referrer-policy': 'no-referrer',
        },
      };
      expect(() => at('asvs-l3')(options)).not.toThrow();
    });
  });
});

describe('cors', () => {
  const { http } = createHttpBench({ http: { trustedOrigins: ['https://admin.example.com'] } });
  const guard = http.cors();
  const listed = { origin: 'https://admin.example.com' };
  const preflight = { 'access-control-request-method': 'POST' };

  it('lets listed origins read answers, with cookies', async () => {
    expect((await ask(guard, { headers: listed })).headers).toEqual({
      vary: 'Origin',
      'access-control-allow-origin': 'https://admin.example.com',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers':
        'retry-after, ratelimit, ratelimit-policy, www-authenticate, x-request-id',
    });
  });

  it.each([
    undefined,
    'null',
    'https://evil.example',
    'https://admin.example.com.evil.example',
    'https://xadmin.example.com',
    'http://admin.example.com',
    'https://admin.example.com:8443',
    'HTTPS://ADMIN.EXAMPLE.COM',
  ])('says nothing to the origin %s (ASVS 3.4.2)', async (origin) => {
    const headers = origin === undefined ? {} : { origin };
    expect((await ask(guard, { headers })).headers).toEqual({ vary: 'Origin' });
    const answer = await ask(guard, { method: 'OPTIONS', headers: { ...headers, ...preflight } });
    expect(Object.keys(answer.headers)).toEqual(['vary']);
  });

  it('answers preflights itself, before anybody asks who it is', async () => {
    const answer = await ask(guard, { method: 'OPTIONS', headers: { ...listed, ...preflight } });
    expect(answer).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://admin.example.com',
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': 'authorization, content-type, x-csrf-token',
        'access-control-max-age': '600',
      },
    });
    expect((await ask(guard, { method: 'OPTIONS', headers: listed })).status).toBe(200);
  });

  it.each(['*', 'admin.example.com', 'null'])('refuses %s as an origin', (origin) => {
    expect(() => http.cors({ origins: [origin] })).toThrow('expected origins');
  });
});

describe('csrf', () => {
  const open = async () => {
    const bench = createHttpBench();
    const browser = createBrowser(bench);
    await browser.register();
    return { bench, headers: await browser.headers() };
  };
  const send = (bench: HttpBench, headers: Readonly<Record<string, string | null>>, options?: object) =>
    ask(bench.http.csrf(options), { method: 'POST', headers });

  it('wants origin and token of requests that cookies sign', async () => {
    const { bench, headers } = await open();
    expect((await send(bench, headers)).status).toBe(200);
    expect(await send(bench, { ...headers, 'x-csrf-token': null })).toMatchObject({ code: 'csrf_refused' });
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect(await send(bench, { ...headers, ...foreign })).toMatchObject({ status: 403 });
    expect((await ask(bench.http.csrf(), { headers: { ...headers, ...foreign } })).status).toBe(200);
  });

  it('lets bearer tokens and requests without a session through, unless it is told otherwise', async () => {
    const { bench } = await open();
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await send(bench, foreign)).status).toBe(200);
    expect((await send(bench, foreign, { always: true })).code).toBe('csrf_refused');
    const bearer = { ...foreign, authorization: 'Bearer x' };
    expect((await send(bench, bearer, { always: true })).status).toBe(200);
  });
});

describe('rateLimit', () => {
  const bench = () => createHttpBench({ auth: { rateLimits: {} } });

  it('counts a network, says what is left, and then how long to wait', async () => {
    const { http, clock, listEvents } = bench();
    const guard = http.rateLimit({ name: 'search', limit: { count: 2, per: '1m' } });
    const policy = { 'ratelimit-policy': '"search";q=2;w=60' };
    expect(await ask(guard)).toMatchObject({
      status: 200,
      headers: { ...policy, ratelimit: '"search";r=1;t=30' },
    });
    await ask(guard);
    const refused = await ask(guard);
    expect(refused).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.headers).toMatchObject({
      ...policy,
      'retry-after': '30',
      ratelimit: '"search";r=0;t=30',
    });
    expect((await ask(guard, {}, { remoteAddress: '198.51.100.1' })).status).toBe(200);
    clock.advance(30_000);
    expect((await ask(guard)).status).toBe(200);
    expect(await listEvents()).toContainEqual(
      expect.objectContaining({ type: 'excess_rate_limit_exceeded', zone: 'search' }),
    );
  });

  it('counts the account behind a guard that knows it, from wherever it asks', async () => {
    const { http, register } = bench();
    const { accessToken } = await register();
    const guard = all(http.signedIn(), http.rateLimit({ name: 'export', limit: { count: 1, per: '1h' } }));
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await ask(guard, { headers })).status).toBe(200);
    expect((await ask(guard, { headers }, { remoteAddress: '198.51.100.1' })).status).toBe(429);
    const other = (await register('eve@example.org')).accessToken;
    expect((await ask(guard, { headers: { authorization: `Bearer ${other}` } })).status).toBe(200);
  });

  it('counts names apart, and one name together', async () => {
    const { http } = bench();
    const limit = { count: 1, per: '1h' } as const;
    expect((await ask(http.rateLimit({ name: 'a', limit }))).status).toBe(200);
    expect((await ask(http.rateLimit({ name: 'b', limit }))).status).toBe(200);
    expect((await ask(http.rateLimit({ name: 'a', limit }))).status).toBe(429);
    expect((await ask(http.rateLimit())).status).toBe(200);
  });

  it('is 503 when nobody can count', async () => {
    const open = bench();
    open.watched.fail('rateLimits.take');
    expect(await ask(open.http.rateLimit())).toMatchObject({ status: 503, code: 'store_unavailable' });
  });

  it.each([
    [{ name: 'api v2', limit: { count: 1, per: '1m' } }, 'rateLimit.name'],
    [{ name: 'search' }, 'rateLimit.limit'],
    [{ name: 'search', limit: { count: 0, per: '1m' } }, 'rateLimit.limit.count'],
  ])('refuses %j by name', (options, message) => {
    expect(() => bench().http.rateLimit(options as never)).toThrow(message);
  });
});
