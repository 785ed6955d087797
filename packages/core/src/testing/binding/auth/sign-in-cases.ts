import assert from 'node:assert/strict';
import type { BindingCase, BindingChapter } from '../binding-case.js';
import type { TestAnswer } from '../test-client.js';
import { password, publicUrl, startAuthApp } from './auth-app.js';

const ada = 'ada@example.com';

/** The refusal without what differs from request to request. */
function refusalOf(answer: TestAnswer): object {
  const { requestId, ...problem } = answer.json();
  assert.equal(typeof requestId, 'string');
  return {
    problem,
    status: answer.status,
    cookies: answer.cookies,
    challenge: answer.headers['www-authenticate'],
  };
}

/** The cookies that were set, by name. */
function tokensSetBy({ cookies }: TestAnswer): readonly (string | undefined)[] {
  return cookies.map((cookie) => cookie.split('=')[0]).filter((name) => name !== 'app');
}

const transports: readonly BindingCase[] = [
  {
    name: 'cookie: both tokens are in cookies that scripts cannot read, and none is in the body',
    async run(bench) {
      const app = await startAuthApp(bench);
      for (const path of ['/auth/register', '/auth/login']) {
        const browser = app.openBrowser();
        const answer = await browser.post(path, { email: ada, password });
        assert.equal(answer.status, path === '/auth/register' ? 201 : 200);
        assert.deepEqual(Object.keys(answer.json()).sort(), ['session', 'user']);
        assert.deepEqual(tokensSetBy(answer), ['__Host-access', '__Host-refresh']);
        for (const cookie of answer.cookies.slice(1)) {
          assert.match(cookie, /^__Host-\w+=[\w.-]{20,}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
        }
        for (const secret of browser.cookies.values())
          assert.ok(!answer.text.includes(secret) || secret === '1');
        assert.equal(answer.headers['cache-control'], 'no-store');
        assert.equal((await browser.get('/auth/me')).json().user.email, ada);
        assert.equal((await browser.get('/page')).json().userId, answer.json().user.id);
      }
    },
  },
  {
    name: 'bearer: both tokens are in the body, and no cookie is set',
    async run(bench) {
      const app = await startAuthApp(bench);
      for (const path of ['/auth/register', '/auth/login']) {
        const answer = await app.post(path, { email: ada, password, transport: 'bearer' });
        assert.deepEqual(tokensSetBy(answer), []);
        const { accessToken, refreshToken, expiresIn, tokenType } = answer.json();
        assert.deepEqual([typeof refreshToken, expiresIn, tokenType], ['string', 900, 'Bearer']);
        assert.equal((await app.getAs(accessToken, '/auth/me')).json().user.email, ada);
        assert.equal((await app.getAs(accessToken, '/page')).status, 200);
        assert.equal((await app.getAs(refreshToken, '/page')).status, 401);
      }
    },
  },
  {
    name: 'hybrid: the access token is in the body, the refresh token in a cookie',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = app.openBrowser();
      const answer = await browser.post('/auth/register', { email: ada, password, transport: 'hybrid' });
      const { accessToken, refreshToken } = answer.json();
      assert.equal(refreshToken, undefined);
      assert.deepEqual(tokensSetBy(answer), ['__Host-refresh']);
      const page = await browser.send('GET', '/page', { authorization: `Bearer ${accessToken}` });
      assert.equal(page.status, 200);
    },
  },
];

const refusals: readonly BindingCase[] = [
  {
    name: 'a wrong password and an unknown address get the same answer',
    async run(bench) {
      const app = await startAuthApp(bench);
      await app.register(ada);
      const wrong = await app.openBrowser().post('/auth/login', { email: ada, password: `${password}!` });
      const unknown = await app.openBrowser().post('/auth/login', { email: 'eve@example.com', password });
      assert.equal(wrong.status, 401);
      assert.equal(wrong.json().code, 'credentials_invalid');
      assert.deepEqual(refusalOf(unknown), refusalOf(wrong));
    },
  },
  {
    name: 'an address has one account, however it is written',
    async run(bench) {
      const app = await startAuthApp(bench);
      await app.register(ada);
      const answer = await app.openBrowser().post('/auth/register', { email: 'ADA@Example.com', password });
      assert.deepEqual([answer.status, answer.json().code], [409, 'account_exists']);
      assert.deepEqual(tokensSetBy(answer), []);
    },
  },
  {
    name: 'what is not acceptable is named, and never repeated',
    async run(bench) {
      const app = await startAuthApp(bench);
      for (const [input, status, code] of [
        [{ email: ada, password: 'too short' }, 422, 'password_too_short'],
        [{ email: 'nobody', password }, 422, 'email_invalid'],
        [{ email: ada, password, isAdmin: true }, 422, 'input_invalid'],
        [{ email: { $ne: null }, password }, 422, 'input_invalid'],
        [{ email: ada }, 422, 'input_invalid'],
        [{ email: ada, password, transport: 'pigeon' }, 422, 'input_invalid'],
      ] as const) {
        const answer = await app.openBrowser().post('/auth/register', input);
        assert.deepEqual([answer.status, answer.json().code], [status, code], JSON.stringify(input));
        assert.ok(!/too short"|pigeon|\$ne/.test(answer.text), answer.text);
      }
    },
  },
  {
    name: 'an answer about nobody says how to sign in',
    async run(bench) {
      const app = await startAuthApp(bench);
      for (const path of ['/auth/me', '/auth/sessions', '/auth/csrf', '/page']) {
        const answer = await app.client.send({ path });
        assert.deepEqual([answer.status, answer.json().code], [401, 'credentials_missing'], path);
        assert.equal(answer.headers['www-authenticate'], 'Bearer');
        assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
      }
    },
  },
];

const leaving: readonly BindingCase[] = [
  {
    name: 'after logout the cookies are gone and what they held is dead at once',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      const thief = browser.copy();
      const answer = await browser.post('/auth/logout');
      assert.equal(answer.status, 204);
      assert.match(String(answer.headers['clear-site-data']), /"cookies"/);
      assert.deepEqual([...browser.cookies.keys()], ['app']);
      assert.equal((await thief.get('/page')).status, 401);
      assert.equal((await thief.post('/auth/refresh', {})).status, 401);
    },
  },
  {
    name: 'logout works without a session, and with one that has expired',
    async run(bench) {
      const app = await startAuthApp(bench);
      assert.equal((await app.openBrowser().post('/auth/logout')).status, 204);
      const browser = await app.register(ada);
      const thief = browser.copy();
      app.clock.advance(3_600_000);
      assert.equal((await browser.post('/auth/logout')).status, 204);
      assert.equal((await thief.post('/auth/refresh', {})).status, 401);
    },
  },
  {
    name: 'a revoked refresh token takes its session along (RFC 7009)',
    async run(bench) {
      const app = await startAuthApp(bench);
      const signedIn = await app.post('/auth/register', { email: ada, password, transport: 'bearer' });
      const { accessToken, refreshToken } = signedIn.json();
      assert.equal((await app.post('/auth/revoke', { token: refreshToken })).status, 200);
      assert.equal((await app.post('/auth/revoke', { token: 'never was one' })).status, 200);
      assert.equal((await app.getAs(accessToken, '/page')).status, 401);
      assert.equal((await app.post('/auth/refresh', { refreshToken })).status, 401);
    },
  },
  {
    name: 'a sign-in in the same browser ends the session that it replaces',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      const before = browser.copy();
      assert.equal((await browser.post('/auth/login', { email: ada, password })).status, 200);
      assert.equal((await before.get('/page')).status, 401);
      assert.equal((await browser.get('/auth/sessions')).json().sessions.length, 1);
    },
  },
  {
    name: 'a session that was planted in a browser is not the one that its user signs in to (fixation)',
    async run(bench) {
      const app = await startAuthApp(bench);
      await app.register(ada);
      const attacker = await app.register('eve@example.com');
      const victim = attacker.copy();
      const { session, user } = (await victim.post('/auth/login', { email: ada, password })).json();
      const page = (await victim.get('/page')).json();
      assert.deepEqual([page.userId, page.sessionId], [user.id, session.id]);
      const attacked = await attacker.get('/page');
      assert.ok(attacked.status === 401 || attacked.json().userId !== user.id);
    },
  },
  {
    name: 'a route with a limit of its own says when to come back, and the others answer on',
    async run(bench) {
      const app = await startAuthApp(bench, { routeLimits: { 'POST /login': { count: 1, per: '1m' } } });
      const wrong = { email: ada, password: 'wrong' };
      assert.equal((await app.openBrowser().post('/auth/login', wrong)).status, 401);
      const { status, headers } = await app.openBrowser().post('/auth/login', wrong);
      assert.deepEqual(
        [status, headers['retry-after'], headers['ratelimit-policy'], headers.ratelimit],
        [429, '60', '"POST /login";q=1;w=60', '"POST /login";r=0;t=60'],
      );
      await app.register(ada);
    },
  },
  {
    name: 'a foreign page cannot sign its visitor in',
    async run(bench) {
      const app = await startAuthApp(bench);
      await app.register(ada);
      for (const headers of [
        { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
        { 'sec-fetch-site': 'same-site', origin: 'https://evil.example.com' },
        { 'sec-fetch-site': '', origin: 'null' },
        { 'sec-fetch-site': '', origin: `${publicUrl}.evil.example` },
        { 'sec-fetch-site': '', origin: '' },
      ]) {
        const browser = app.openBrowser();
        const answer = await browser.post('/auth/login', { email: ada, password }, headers);
        assert.deepEqual([answer.status, answer.json().code], [403, 'csrf_refused'], JSON.stringify(headers));
        assert.deepEqual(tokensSetBy(answer), []);
      }
    },
  },
];

/** Getting in and out. */
export const signInChapter: BindingChapter = {
  name: 'the real routes: signing in and out',
  cases: [...transports, ...refusals, ...leaving],
};
