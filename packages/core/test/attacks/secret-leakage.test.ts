/**
 * ASVS 14.2.1, 16.2.5, 16.5.1: passwords, tokens, keys and what drivers say end up in events, errors or answers, and from there in
 * logs that many may read.
 */
import { inspect } from 'node:util';
import { isAuthError } from '@tessera-auth/core';
import { describe, expect, it, vi } from 'vitest';
import { newPassword, password, rootSecret } from '../auth-bench.js';
import { createBrowser } from '../http/browser.js';
import { createHttpBench } from '../http/http-bench.js';
import { outageText } from '../watched-stores.js';

/** Everything secret that a whole life with an account brings up. */
async function live() {
  const bench = createHttpBench();
  const browser = createBrowser(bench);
  const secrets = new Set([password, newPassword, rootSecret, 'a wrong guess of ada', outageText]);
  const bodies: string[] = [];
  const send = async (method: string, url: string, json?: unknown) => {
    const answer = await browser.send({ method, url, ...(json === undefined ? {} : { json }) });
    for (const value of browser.jar.values()) secrets.add(value);
    bodies.push(inspect({ ...answer, cookies: [] }, { depth: 9 }));
    return answer;
  };

  await browser.register();
  await send('POST', '/auth/login', { email: 'ada@example.org', password: 'a wrong guess of ada' });
  await send('GET', '/auth/me');
  await send('GET', '/auth/sessions');
  bench.clock.advance(906_000);
  await send('GET', '/auth/me');
  const change = { currentPassword: password, newPassword };
  await send('POST', '/auth/password/change', { ...change, currentPassword: 'a wrong guess of ada' });
  await send('POST', '/auth/password/change', change);
  await send('POST', '/auth/revoke', { token: [...browser.jar.values()][0] });
  bench.watched.fail('sessions.rotate', 'sessions.find', 'users.findByEmail');
  await send('POST', '/auth/refresh');
  await send('POST', '/auth/login', { email: 'ada@example.org', password });
  bench.watched.heal();
  await send('POST', '/auth/logout');
  const { passwordHash } = (await bench.signIn(newPassword)).user;
  secrets.add(passwordHash ?? '');
  return { bench, secrets: [...secrets].filter((secret) => secret !== ''), bodies };
}

describe('a whole life with an account', () => {
  it('leaves no secret in any event', async () => {
    const { bench, secrets } = await live();
    const events = await bench.listEvents();
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set([
        'user_created',
        'authn_login_success',
        'authn_login_fail',
        'session_renewed',
        'sys_failure',
        'authn_password_change',
        'session_ended',
        'authn_token_revoked',
      ]),
    );
    for (const event of events) for (const secret of secrets) expect(inspect(event)).not.toContain(secret);
  });

  it('leaves no secret in any body or header of a client that keeps its tokens in cookies', async () => {
    const { secrets, bodies } = await live();
    expect(secrets.length).toBeGreaterThan(8);
    expect(bodies.length).toBeGreaterThan(9);
    for (const body of bodies) for (const secret of secrets) expect(body).not.toContain(secret);
  });
});

describe('an error', () => {
  it('holds a constant text, and nothing of the token or password that caused it', async () => {
    const { auth, signIn } = createHttpBench();
    const attempts = [
      () => signIn('canary-password', 'canary@example.org'),
      () => auth.refresh({ tenantId: 'canary', refreshToken: 'rt1_canary' }),
      () => Promise.resolve().then(() => auth.accessTokens.verify('canary.canary.canary')),
      () =>
        auth.register({
          tenantId: '',
          email: 'canary',
          password: 'canary',
          name: null,
          origin: { ip: null, userAgent: null, isBrowser: false },
        }),
      () => auth.passwords.requireAcceptable('canary'),
    ];
    for (const attempt of attempts) {
      const error: unknown = await attempt().then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(isAuthError(error)).toBe(true);
      const { message, cause } = error as Error;
      expect(inspect([message, cause])).not.toContain('canary');
      expect(JSON.stringify(error)).not.toContain('canary');
    }
  });

  it.each([{ NODE_ENV: 'production' }, { NODE_ENV: 'development', DEBUG: '*', NODE_DEBUG: '*' }])(
    'keeps what the driver said for the host, and sends it to nobody: %j (ASVS 13.4.2)',
    async (env) => {
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      const bench = createHttpBench();
      const { accessToken } = await bench.register();
      bench.watched.fail('users.find');
      const answer = await bench.send({
        method: 'GET',
        url: '/auth/me',
        headers: { authorization: `Bearer ${accessToken}` },
      });
      vi.unstubAllEnvs();
      expect(answer.status).toBe(503);
      expect(Object.keys(answer.json).toSorted()).toEqual([
        'code',
        'detail',
        'requestId',
        'status',
        'title',
        'type',
      ]);
      expect(inspect(answer)).not.toContain(outageText);
    },
  );
});
