/**
 * ASVS 15.3.3, CVE-2025-61928 (better-auth): members that the client adds decide what only the server may.
 */
import { describe, expect, it } from 'vitest';
import { createBrowser } from '../http/browser.js';
import { expectProblem } from '../http/expect-problem.js';
import { createHttpBench, credentials } from '../http/http-bench.js';

const additions = {
  roles: ['boss'],
  role: 'boss',
  isAdmin: true,
  userId: 'victim',
  id: 'victim',
  tenantId: 'globex',
  emailVerified: true,
  passwordHash: '$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAA',
  createdAt: '1970-01-01T00:00:00.000Z',
  amr: ['otp'],
  sessionId: 'AAAAAAAAAAAAAAAAAAAAAA',
};

const bodies = [
  ['POST', '/auth/register', credentials],
  ['POST', '/auth/login', credentials],
  ['POST', '/auth/refresh', {}],
  ['PATCH', '/auth/me', { name: 'Ada' }],
  ['POST', '/auth/sessions/revoke-all', {}],
  [
    'POST',
    '/auth/password/change',
    { currentPassword: credentials.password, newPassword: 'Gravel_Tulip_Piano_38' },
  ],
  ['POST', '/auth/revoke', { token: 'x' }],
  ['POST', '/auth/logout', {}],
] as const;

describe.each(bodies)('%s %s', (method, url, body) => {
  it.each(Object.entries(additions))('refuses %s and does nothing', async (name, value) => {
    const bench = createHttpBench();
    const browser = createBrowser(bench);
    if (url !== '/auth/register') await browser.register();
    bench.watched.forgetCalls();
    expectProblem(
      await browser.send({ method, url, json: { ...body, [name]: value } }),
      422,
      'input_invalid',
    );
    expect(bench.watched.calls).toEqual([]);
  });
});

it('nobody becomes another user or tenant by header or query (ASVS 8.3.1)', async () => {
  const bench = createHttpBench();
  const victim = await bench.register();
  const { accessToken, user } = await bench.register('mallory@example.org');
  const answer = await bench.send({
    method: 'GET',
    url: `/auth/me?userId=${victim.user.userId}&user=${victim.user.userId}`,
    headers: {
      authorization: `Bearer ${accessToken}`,
      'x-user-id': victim.user.userId,
      'x-forwarded-user': victim.user.userId,
      'x-tenant-id': 'globex',
      'x-middleware-subrequest': 'middleware',
    },
  });
  expect(answer.json.user.id).toBe(user.userId);
});
