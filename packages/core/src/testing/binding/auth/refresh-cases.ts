import assert from 'node:assert/strict';
import type { BindingCase, BindingChapter } from '../binding-case.js';
import { password, startAuthApp } from './auth-app.js';

const ada = 'ada@example.com';
const minuteMs = 60_000;
/** Access tokens are dead after this, and sessions are not. */
const hourMs = 60 * minuteMs;

const explicit: readonly BindingCase[] = [
  {
    name: 'a refresh cookie is exchanged for new cookies',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      const before = new Map(browser.cookies);
      app.clock.advance(minuteMs);
      const answer = await browser.post('/auth/refresh', {});
      assert.equal(answer.status, 200);
      for (const name of ['__Host-access', '__Host-refresh']) {
        assert.notEqual(browser.cookies.get(name), before.get(name), name);
        assert.ok(!answer.text.includes(browser.cookies.get(name) ?? ''), name);
      }
      assert.equal((await browser.get('/page')).status, 200);
    },
  },
  {
    name: 'a refresh token is exchanged in bodies where it came in one, and cookies stay out of it',
    async run(bench) {
      const app = await startAuthApp(bench);
      const first = (await app.post('/auth/register', { email: ada, password, transport: 'bearer' })).json();
      app.clock.advance(minuteMs);
      const answer = await app.post('/auth/refresh', { refreshToken: first.refreshToken });
      const second = answer.json();
      assert.deepEqual(answer.cookies, ['app=1']);
      assert.notEqual(second.refreshToken, first.refreshToken);
      assert.equal((await app.getAs(second.accessToken, '/page')).status, 200);
    },
  },
  {
    name: 'a refresh token in a cookie never comes out in a body, whatever transport is asked for',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      app.clock.advance(minuteMs);
      for (const transport of ['bearer', 'hybrid']) {
        const answer = await browser.post('/auth/refresh', { transport });
        assert.equal(answer.json().refreshToken, undefined);
        assert.ok(!answer.text.includes(browser.cookies.get('__Host-refresh') ?? ''));
      }
    },
  },
  {
    name: 'hybrid: the next access token is in the body, the next refresh token in the cookie',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = app.openBrowser();
      await browser.post('/auth/register', { email: ada, password, transport: 'hybrid' });
      const before = browser.cookies.get('__Host-refresh');
      app.clock.advance(minuteMs);
      const answer = await browser.post('/auth/refresh', { transport: 'hybrid' });
      const { accessToken, refreshToken } = answer.json();
      assert.equal(refreshToken, undefined);
      assert.notEqual(browser.cookies.get('__Host-refresh'), before);
      assert.equal(browser.cookies.has('__Host-access'), false);
      const headers = { authorization: `Bearer ${accessToken}` };
      assert.equal((await browser.send('POST', '/page', headers)).status, 200);
      assert.equal((await browser.send('POST', '/auth/logout', headers)).status, 204);
      assert.deepEqual([...browser.cookies.keys()], ['app']);
      assert.equal((await app.getAs(accessToken, '/page')).status, 401);
    },
  },
  {
    name: '20 tabs that refresh at once all get tokens that work, in one session',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      app.clock.advance(minuteMs);
      const tabs = Array.from({ length: 20 }, () => browser.copy());
      const answers = await Promise.all(tabs.map((tab) => tab.post('/auth/refresh', {})));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
      assert.equal(new Set(answers.map((answer) => answer.json().session.id)).size, 1);
      const pages = await Promise.all(tabs.map((tab) => tab.get('/page')));
      assert.deepEqual(new Set(pages.map(({ status }) => status)), new Set([200]));
    },
  },
  {
    name: 'a lost answer is asked for again with its attempt id, hours later',
    async run(bench) {
      const app = await startAuthApp(bench);
      const { refreshToken } = (
        await app.post('/auth/register', { email: ada, password, transport: 'bearer' })
      ).json();
      app.clock.advance(minuteMs);
      const attempt = { refreshToken, attemptId: 'attempt-0123456789abcdef' };
      const lost = (await app.post('/auth/refresh', attempt)).json();
      app.clock.advance(5 * hourMs);
      const again = await app.post('/auth/refresh', attempt);
      assert.equal(again.json().refreshToken, lost.refreshToken);
      assert.equal((await app.getAs(again.json().accessToken, '/page')).status, 200);
      const other = await app.post('/auth/refresh', { ...attempt, attemptId: 'attempt-fedcba9876543210' });
      assert.equal(other.json().code, 'refresh_token_reused');
    },
  },
  {
    name: 'a spent refresh token ends its session for everybody',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      const thief = browser.copy();
      app.clock.advance(minuteMs);
      await browser.post('/auth/refresh', {});
      app.clock.advance(minuteMs);
      const answer = await thief.post('/auth/refresh', {});
      assert.deepEqual([answer.status, answer.json().code], [401, 'refresh_token_reused']);
      assert.deepEqual([...thief.cookies.keys()], ['app']);
      assert.equal((await browser.get('/page')).status, 401);
    },
  },
  {
    name: 'two refresh tokens at once, and none at all, are refused',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      const refreshToken = browser.cookies.get('__Host-refresh');
      const both = await browser.post('/auth/refresh', { refreshToken });
      assert.deepEqual([both.status, both.json().code], [400, 'credentials_ambiguous']);
      const none = await app.openBrowser().post('/auth/refresh', {});
      assert.deepEqual([none.status, none.json().code], [401, 'credentials_missing']);
      const forged = await app.post('/auth/refresh', { refreshToken: 'x'.repeat(80) });
      assert.deepEqual([forged.status, forged.json().code], [401, 'refresh_token_invalid']);
    },
  },
];

const transparent: readonly BindingCase[] = [
  ...(['/page', '/twice', '/stream', '/broken', '/auth/me', '/auth/sessions'] as const).map(
    (path): BindingCase => ({
      name: `a browser whose access token has expired goes on without noticing: ${path}`,
      async run(bench) {
        const app = await startAuthApp(bench);
        const browser = await app.register(ada);
        const before = new Map(browser.cookies);
        app.clock.advance(hourMs);
        const answer = await browser.get(path);
        assert.equal(answer.status, path === '/broken' ? 500 : 200);
        assert.equal(answer.headers['cache-control'], 'no-store');
        for (const name of ['__Host-access', '__Host-refresh']) {
          assert.notEqual(browser.cookies.get(name), before.get(name), name);
        }
        // The next request needs nothing new.
        assert.deepEqual((await browser.get('/page')).cookies, ['app=1']);
      },
    }),
  ),
  {
    name: "a browser keeps the session that was renewed on the way to the refusal of the app's own guard",
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      app.clock.advance(hourMs);
      const refusal = await browser.get('/closed');
      assert.deepEqual([refusal.status, refusal.headers['cache-control']], [403, 'no-store']);
      app.clock.advance(hourMs);
      assert.equal((await browser.get('/page')).status, 200);
    },
  },
  {
    name: 'a state-changing request goes on as well, with the CSRF token of before',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      app.clock.advance(hourMs);
      assert.equal((await browser.post('/page')).status, 200);
    },
  },
  {
    name: '20 requests at once with an expired access token all go on, in one session',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      app.clock.advance(hourMs);
      const tabs = Array.from({ length: 20 }, () => browser.copy());
      const answers = await Promise.all(tabs.map((tab) => tab.get('/page')));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
      assert.equal(new Set(answers.map((answer) => answer.json().sessionId)).size, 1);
      app.clock.advance(hourMs);
      const [tab = browser] = tabs;
      assert.equal((await tab.get('/page')).status, 200);
    },
  },
  {
    name: 'a bearer token that has expired is not renewed behind the back of its client',
    async run(bench) {
      const app = await startAuthApp(bench);
      const { accessToken } = (
        await app.post('/auth/register', { email: ada, password, transport: 'bearer' })
      ).json();
      app.clock.advance(hourMs);
      const answer = await app.getAs(accessToken, '/page');
      assert.deepEqual([answer.status, answer.json().code], [401, 'access_token_expired']);
      assert.match(String(answer.headers['www-authenticate']), /error="invalid_token"/);
    },
  },
  {
    name: 'a session that has ended is not renewed, and the browser forgets it',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      app.clock.advance(400 * 24 * hourMs);
      assert.equal((await browser.get('/page')).status, 401);
      assert.deepEqual([...browser.cookies.keys()], ['app']);
    },
  },
];

/** Getting new tokens. */
export const refreshChapter: BindingChapter = {
  name: 'the real routes: refreshing',
  cases: [...explicit, ...transparent],
};
