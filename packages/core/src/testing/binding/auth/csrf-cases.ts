import assert from 'node:assert/strict';
import type { BindingCase, BindingChapter } from '../binding-case.js';
import { password, startAuthApp } from './auth-app.js';

const ada = 'ada@example.com';

/** What changes state with cookies: a page of the app and routes. */
const targets = ['/page', '/auth/sessions/revoke-all', '/auth/logout'] as const;

const cases: readonly BindingCase[] = [
  ...targets.map(
    (path): BindingCase => ({
      name: `a foreign page cannot use the cookies of its visitor: ${path}`,
      async run(bench) {
        const app = await startAuthApp(bench);
        const browser = await app.register(ada);
        const other = await app.register('bob@example.com');
        const otherToken = await other.fetchCsrfToken();
        const attacks: readonly Readonly<Record<string, string>>[] = [
          { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
          { 'sec-fetch-site': 'same-site', origin: 'https://evil.example.com' },
          { 'sec-fetch-site': '', origin: 'https://evil.example' },
          { 'sec-fetch-site': '', origin: 'null' },
          { 'sec-fetch-site': '', origin: '' },
          { 'x-csrf-token': '' },
          { 'x-csrf-token': 'x'.repeat(60) },
          { 'x-csrf-token': otherToken },
        ];
        for (const headers of attacks) {
          const answer = await browser.post(path, {}, headers);
          assert.deepEqual(
            [answer.status, answer.json().code],
            [403, 'csrf_refused'],
            JSON.stringify(headers),
          );
        }
        assert.equal((await browser.get('/page')).status, 200);
        const own = await browser.post(path, {});
        assert.ok(own.status < 300, String(own.status));
      },
    }),
  ),
  {
    name: 'reading needs no token',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      for (const method of ['GET', 'HEAD']) {
        const answer = await browser.send(method, '/page', { 'sec-fetch-site': 'cross-site' });
        assert.equal(answer.status, 200, method);
      }
    },
  },
  {
    name: 'a bearer token needs no CSRF token: no browser adds it by itself',
    async run(bench) {
      const app = await startAuthApp(bench);
      const { accessToken } = (
        await app.post('/auth/register', { email: ada, password, transport: 'bearer' })
      ).json();
      const headers = { authorization: `Bearer ${accessToken}`, 'sec-fetch-site': 'cross-site' };
      assert.equal((await app.client.send({ method: 'POST', path: '/page', headers })).status, 200);
    },
  },
  {
    name: 'a foreign page cannot even make a session rotate',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      app.clock.advance(3_600_000);
      const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      for (const path of ['/page', '/auth/refresh']) {
        const answer = await browser.post(path, {}, foreign);
        assert.deepEqual([answer.status, answer.cookies], [403, ['app=1']], path);
      }
      assert.equal((await browser.get('/page')).status, 200);
    },
  },
];

/** Requests that foreign pages make a browser send. */
export const csrfChapter: BindingChapter = { name: 'the real routes: CSRF', cases };
