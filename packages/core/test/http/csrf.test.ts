import { beforeEach, describe, expect, it } from 'vitest';
import { publicUrl } from '../auth-bench.js';
import { type Browser, createBrowser } from './browser.js';
import { expectProblem } from './expect-problem.js';
import { createHttpBench, credentials, type HttpBench } from './http-bench.js';

const partner = 'https://admin.example.com';
const sites = [
  null,
  'same-origin',
  'none',
  'same-site',
  'cross-site',
  'Same-Origin',
  'cross-site, same-origin',
];
const origins = [
  null,
  publicUrl,
  partner,
  'https://evil.example',
  'null',
  `${publicUrl}:8443`,
  'http://app.example.com',
  `${publicUrl}/`,
  `${publicUrl}.evil.example`,
];
const referers = [
  null,
  `${publicUrl}/page?x=1`,
  `https://evil.example/?${publicUrl}`,
  'garbage',
  `https://${'app.example.com@evil.example'}/`,
];

interface Provenance {
  readonly 'sec-fetch-site': string | null;
  readonly origin: string | null;
  readonly referer: string | null;
}

const provenances: readonly Provenance[] = sites.flatMap((site) =>
  origins.flatMap((origin) => referers.map((referer) => ({ 'sec-fetch-site': site, origin, referer }))),
);

/** The rule, said once more and differently: the first of the three that speaks decides. */
function isOwnPage({ 'sec-fetch-site': site, origin, referer }: Provenance): boolean {
  if (site !== null && ['same-origin', 'none'].includes(site)) return true;
  if (origin !== null) return origin === publicUrl || origin === partner;
  return referer?.startsWith(`${publicUrl}/`) === true;
}

let bench: HttpBench;
let browser: Browser;
let foreignToken: string;
beforeEach(async () => {
  bench = createHttpBench({ http: { trustedOrigins: [partner] } });
  browser = createBrowser(bench);
  await browser.register();
  const other = createBrowser(bench);
  await other.signIn();
  foreignToken = (await other.headers())['x-csrf-token'] ?? '';
});

const rename = (headers: Readonly<Record<string, string | null>>) =>
  browser.send({ method: 'PATCH', url: '/auth/me', headers, json: { name: 'Ada' } });

describe('a request with cookies that changes state', () => {
  it('passes only from an own page, whatever the three headers say', async () => {
    for (const provenance of provenances) {
      bench.watched.forgetCalls();
      const answer = await rename({ ...provenance });
      if (isOwnPage(provenance)) expect([provenance, answer.status]).toEqual([provenance, 200]);
      else {
        expectProblem(answer, 403, 'csrf_refused');
        expect(bench.watched.calls).toEqual([]);
      }
    }
    expect(provenances.filter(isOwnPage).length).toBeGreaterThan(50);
  });

  it('passes only with the token of this very session', async () => {
    const good = (await browser.headers())['x-csrf-token'] ?? '';
    const flipped = `${good.startsWith('A') ? 'B' : 'A'}${good.slice(1)}`;
    const bad = [
      null,
      '',
      'x',
      foreignToken,
      flipped,
      `${good}=`,
      `${good}, ${good}`,
      ` ${good}`,
      good.slice(0, -1),
    ];
    for (const token of bad) {
      bench.watched.forgetCalls();
      expectProblem(await rename({ 'x-csrf-token': token }), 403, 'csrf_refused');
      expect(bench.watched.calls).toEqual([]);
    }
    expect((await rename({ 'x-csrf-token': good })).status).toBe(200);
  });

  it('needs both: the right token from a foreign page is refused', async () => {
    for (const provenance of provenances.filter((given) => !isOwnPage(given))) {
      const headers = { ...(await browser.headers()), ...provenance };
      expectProblem(await rename(headers), 403, 'csrf_refused');
    }
  });

  it('does not take the token of either session when the cookies belong to two', async () => {
    const mallory = createBrowser(bench);
    await mallory.signIn();
    const access = `__Host-access=${browser.jar.get('__Host-access')}`;
    const refresh = `__Host-refresh=${mallory.jar.get('__Host-refresh')}`;
    for (const from of [browser, mallory]) {
      const headers = { ...(await from.headers()), cookie: `${access}; ${refresh}` };
      expectProblem(
        await bench.send({ method: 'PATCH', url: '/auth/me', headers, json: { name: 'x' } }),
        403,
        'csrf_refused',
      );
    }
  });

  it('keeps its token over rotations and for as long as the session lives', async () => {
    const own = createBrowser(bench);
    await own.signIn();
    const before = own.jar.get('__Host-refresh');
    bench.clock.advance(3_600_000);
    const call = { method: 'PATCH', url: '/auth/me', json: { name: 'Ada' } };
    expect((await own.send(call)).status).toBe(200);
    expect(own.jar.get('__Host-refresh')).not.toBe(before);
    expect((await own.send(call)).status).toBe(200);
  });

  it('makes no session rotate before it has proved itself', async () => {
    const own = createBrowser(bench);
    await own.signIn();
    bench.clock.advance(3_600_000);
    bench.watched.forgetCalls();
    const call = { method: 'PATCH', url: '/auth/me', json: { name: 'Ada' } };
    expectProblem(await own.send({ ...call, headers: { 'x-csrf-token': null } }), 403, 'csrf_refused');
    expect(bench.watched.calls).toEqual([]);
  });

  it('needs no token where the app said so, but its origin still', async () => {
    const lenient = createHttpBench({ http: { allowMissingCsrfToken: true } });
    const own = createBrowser(lenient);
    await own.register();
    const call = { method: 'PATCH', url: '/auth/me', json: { name: 'Ada' } };
    expect((await own.send({ ...call, headers: { 'x-csrf-token': null } })).status).toBe(200);
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expectProblem(await own.send({ ...call, headers: foreign }), 403, 'csrf_refused');
  });
});

describe('a request with a header', () => {
  it('needs no proof: no browser adds that by itself', async () => {
    const { accessToken } = await bench.signIn();
    const headers = {
      authorization: `Bearer ${accessToken}`,
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
    };
    expect(
      (await bench.send({ method: 'PATCH', url: '/auth/me', headers, json: { name: 'Ada' } })).status,
    ).toBe(200);
  });
});

describe('a request that only reads', () => {
  it('needs no proof', async () => {
    for (const provenance of provenances) {
      const answer = await browser.send({ method: 'GET', url: '/auth/me', headers: { ...provenance } });
      expect(answer.status).toBe(200);
    }
  });
});

describe.each(['login', 'register'])('%s (login CSRF)', (route) => {
  const call = (transport: string, headers: Readonly<Record<string, string | null>>) =>
    bench.send({
      method: 'POST',
      url: `/auth/${route}`,
      headers,
      json: { email: credentials.email, password: 'a guess that is wrong', transport },
    });

  it.each(['cookie', 'hybrid'])('sets cookies only for an own page: %s (ASVS 7.6.2)', async (transport) => {
    for (const provenance of provenances.filter((given) => !isOwnPage(given))) {
      bench.watched.forgetCalls();
      expectProblem(await call(transport, { ...provenance }), 403, 'csrf_refused');
      expect(bench.watched.calls).toEqual([]);
    }
    expect((await call(transport, { origin: publicUrl })).status).not.toBe(403);
  });

  it('gives tokens in a body to whoever asks: no page of another origin can read it', async () => {
    expect((await call('bearer', { origin: 'https://evil.example' })).status).not.toBe(403);
  });
});

describe('logging out and refreshing', () => {
  it.each(['logout', 'refresh'])('cannot be done to a user by a foreign page: %s', async (route) => {
    for (const provenance of provenances.filter((given) => !isOwnPage(given))) {
      bench.watched.forgetCalls();
      const answer = await browser.send({
        method: 'POST',
        url: `/auth/${route}`,
        headers: { ...provenance },
      });
      expectProblem(answer, 403, 'csrf_refused');
      expect(answer.cookies).toEqual([]);
      expect(bench.watched.calls).toEqual([]);
    }
  });

  it('works with cookies that open nothing any more', async () => {
    const cookie = '__Host-access=garbage; __Host-refresh=garbage';
    const answer = await bench.send({
      method: 'POST',
      url: '/auth/logout',
      headers: { origin: publicUrl, cookie },
    });
    expect(answer.status).toBe(204);
    expect(answer.cookies).toHaveLength(2);
  });
});
