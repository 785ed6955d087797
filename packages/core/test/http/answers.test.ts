import type { UserRef } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { newPassword, password, tokenOfLastLink } from '../auth-bench.js';
import { createBrowser } from './browser.js';
import { expectBaseline } from './expect-problem.js';
import { createHttpBench, credentials, exampleUrlOf, type HttpBench, requestOf } from './http-bench.js';

/** What a route needs to succeed where the smallest body does not do. */
const inputs: Readonly<Record<string, (bench: HttpBench, user: UserRef) => object | Promise<object>>> = {
  'POST /auth/register': () => ({ ...credentials, email: 'eve@example.org' }),
  'POST /auth/login': () => credentials,
  'POST /auth/revoke': () => ({ token: 'none of ours' }),
  'PATCH /auth/me': () => ({ name: null }),
  'POST /auth/password/change': () => ({ currentPassword: password, newPassword }),
  'POST /auth/password/forgot': () => ({ email: credentials.email }),
  async 'POST /auth/password/reset'(bench) {
    await bench.auth.forgotPassword('', credentials.email);
    return { token: await tokenOfLastLink(bench), newPassword };
  },
  'POST /auth/email/change': () => ({ newEmail: 'lovelace@example.org' }),
  async 'POST /auth/email/verify'(bench, user) {
    await bench.auth.requestEmailChange(user, 'lovelace@example.org');
    return { token: await tokenOfLastLink(bench) };
  },
};

const { routes } = createHttpBench().http;

/** What an answer depends on, for caches that are asked to keep one all the same (OWASP CSRF cheat sheet). */
const varyOf = (method: string) => (method === 'GET' ? undefined : 'Sec-Fetch-Site, Origin, Referer');

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s',
  (name, route) => {
    it('succeeds with the status that it declares, the baseline headers and the right caching (ASVS 3.4.1, 3.4.4, 3.4.5, 3.4.6, 14.3.2)', async () => {
      const bench = createHttpBench();
      const browser = createBrowser(bench);
      const { json } = await browser.register();
      const input = await inputs[name]?.(bench, { tenantId: '', userId: json.user.id });
      const answer = await browser.send({
        method: route.method,
        url: exampleUrlOf(route, json.session.id),
        ...(input === undefined ? {} : { json: input }),
      });
      expect(answer.status).toBeLessThan(400);
      expect(Object.keys(route.answers).map(Number)).toContain(answer.status);
      expectBaseline(answer);
      expect(answer.headers.vary).toBe(varyOf(route.method));
      const caching = answer.headers['cache-control'];
      expect(caching).toBe(route.isCacheable ? 'public, max-age=300' : 'no-store');
      // What is kept by shared caches must be the same for everybody (CVE-2025-48947).
      if (route.isCacheable) expect(answer.cookies).toEqual([]);
      expect(answer.headers['content-type'] === undefined).toBe(answer.body === null);
    });
  },
);

describe('a refusal says what it depends on', () => {
  const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };

  it.each(['GET', 'POST'])('by a guard: %s', async (method) => {
    const bench = createHttpBench();
    const browser = createBrowser(bench);
    await browser.register();
    const headers = { ...(await browser.headers()), ...foreign };
    const verdict = await bench.http.requireRole('boss')(requestOf({ method, url: '/page', headers }));
    expect(verdict.isAllowed).toBe(false);
    if (!verdict.isAllowed) expect(verdict.response.headers.vary).toBe(varyOf(method));
  });

  it('by a route', async () => {
    const call = { method: 'POST', url: '/auth/login', headers: foreign, json: credentials };
    expect((await createHttpBench().send(call)).headers.vary).toBe(varyOf('POST'));
  });
});
