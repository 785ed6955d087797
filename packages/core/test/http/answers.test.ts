import type { Auth, UserRef } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { newPassword, origin, password, tokenOfLastLink } from '../auth-bench.js';
import { createAuthenticator, stepMs } from '../totp.js';
import { type Browser, createBrowser } from './browser.js';
import { expectBaseline } from './expect-problem.js';
import {
  administration,
  createHttpBench,
  credentials,
  exampleUrlOf,
  type HttpBench,
  requestOf,
} from './http-bench.js';

/** Sets a second factor up as the browser's user would. */
async function enableSecondFactor(bench: HttpBench, browser: Browser) {
  const post = (url: string, json: object) => browser.send({ method: 'POST', url, json });
  const { json } = await post('/auth/mfa/totp/enroll', {});
  const authenticator = createAuthenticator(json.secret, bench.clock);
  await post('/auth/mfa/totp/confirm', { code: await authenticator.code() });
  bench.clock.advance(2 * stepMs);
  return authenticator;
}

/** The token of a sign-in to which something is missing. */
async function mfaTokenOf(auth: Auth): Promise<string> {
  const outcome = await auth.signInWithPassword({ tenantId: '', ...credentials, origin });
  return outcome.kind === 'signed_in' ? '' : outcome.mfaToken;
}

/** What the `:id` of a route stands for: by default the session that asks. For administrators it is somebody else. */
async function segmentFor(
  bench: HttpBench,
  path: string,
  sessionId: string,
): Promise<string | Readonly<Record<string, string>>> {
  if (!path.includes('/admin/')) return sessionId;
  const signedIn = await bench.register('eve@example.org');
  if (path.includes('/roles')) {
    const role = { tenantId: '', actorId: null, name: 'clerk', permissions: ['auth:users:read'] };
    await bench.auth.createRole(role);
    await bench.auth.grantRole({ user: signedIn.user, actorId: null, role: 'clerk' });
    return { id: signedIn.user.userId, name: 'clerk', role: 'clerk' };
  }
  if (!path.includes('/second-factor/')) return signedIn.user.userId;
  const { secret } = await bench.auth.enrollSecondFactor(signedIn.user);
  await bench.auth.confirmSecondFactor({
    ...{ user: signedIn.user, sessionId: signedIn.session.id },
    code: await createAuthenticator(secret, bench.clock).code(),
  });
  return signedIn.user.userId;
}

/** What a route needs to succeed where the smallest body does not do. */
const inputs: Readonly<
  Record<string, (bench: HttpBench, user: UserRef, browser: Browser) => object | Promise<object>>
> = {
  'POST /auth/admin/roles': () => ({ name: 'reader', permissions: ['auth:users:read'] }),
  'PUT /auth/admin/roles/:name': () => ({ permissions: [] }),
  'PUT /auth/admin/users/:id/roles/:role': () => ({}),
  'POST /auth/reauthenticate': () => ({ password }),
  async 'POST /auth/mfa/verify'(bench, _user, browser) {
    const authenticator = await enableSecondFactor(bench, browser);
    const code = await authenticator.code();
    return { mfaToken: await mfaTokenOf(bench.auth), method: 'totp', code };
  },
  'POST /auth/mfa/setup': async (bench) => ({
    mfaToken: await mfaTokenOf(bench.startNode({ mfa: { requiredFor: 'everybody' } })),
  }),
  async 'POST /auth/mfa/setup/confirm'(bench) {
    const mfaToken = await mfaTokenOf(bench.startNode({ mfa: { requiredFor: 'everybody' } }));
    const { secret } = await bench.auth.beginSecondFactorSetup('', mfaToken);
    return { mfaToken, code: await createAuthenticator(secret, bench.clock).code() };
  },
  async 'POST /auth/mfa/totp/confirm'(bench, user) {
    const { secret } = await bench.auth.enrollSecondFactor(user);
    return { code: await createAuthenticator(secret, bench.clock).code() };
  },
  async 'DELETE /auth/mfa/totp'(bench, _user, browser) {
    return { code: await (await enableSecondFactor(bench, browser)).code() };
  },
  async 'POST /auth/mfa/backup-codes'(bench, _user, browser) {
    await enableSecondFactor(bench, browser);
    return {};
  },
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
    it('succeeds with the status that it declares, the baseline headers and the right caching (ASVS 3.2.1, 3.4.1, 3.4.4, 3.4.5, 3.4.6, 14.2.2, 14.3.2)', async () => {
      const bench = createHttpBench({ auth: administration });
      const browser = createBrowser(bench);
      const { json } = await browser.register();
      const segment = await segmentFor(bench, route.path, json.session.id);
      const input = await inputs[name]?.(bench, { tenantId: '', userId: json.user.id }, browser);
      const before = (await bench.listEvents()).length;
      const answer = await browser.send({
        method: route.method,
        url: exampleUrlOf(route, segment),
        ...(input === undefined ? {} : { json: input }),
      });
      expect(answer.status).toBeLessThan(400);
      expect(Object.keys(route.answers).map(Number)).toContain(answer.status);
      expectBaseline(answer);
      expect(answer.headers.vary).toBe(varyOf(route.method));
      // Whoever has the answer finds what was recorded with it.
      const requestId = answer.headers['x-request-id'];
      expect(requestId).toMatch(/^[\w-]{22}$/);
      for (const event of (await bench.listEvents()).slice(before))
        expect(event).toMatchObject({ requestId, ip: '203.0.113.7', userAgent: null });
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
