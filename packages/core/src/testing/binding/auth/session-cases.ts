import assert from 'node:assert/strict';
import type { BindingCase, BindingChapter } from '../binding-case.js';
import { password, startAuthApp } from './auth-app.js';
import type { Browser } from './browser.js';

const ada = 'ada@example.com';
const newPassword = 'seven quiet otters juggle';

interface ListedSession {
  readonly id: string;
  readonly current: boolean;
}

async function listSessions(browser: Browser, query = ''): Promise<readonly ListedSession[]> {
  return (await browser.get(`/auth/sessions${query}`)).json().sessions;
}

async function findCurrent(browser: Browser): Promise<string> {
  return (await listSessions(browser)).find(({ current }) => current)?.id ?? '';
}

const cases: readonly BindingCase[] = [
  {
    name: 'a user sees the own sessions page by page, without anything that can be replayed',
    async run(bench) {
      const app = await startAuthApp(bench);
      const phone = await app.register(ada);
      const laptop = await app.signIn(ada);
      await app.register('bob@example.com');
      const answer = await phone.get('/auth/sessions');
      assert.deepEqual((await listSessions(phone)).map(({ current }) => current).sort(), [false, true]);
      for (const secret of [...phone.cookies.values(), ...laptop.cookies.values()]) {
        assert.ok(secret === '1' || !answer.text.includes(secret));
      }
      const first = (await phone.get('/auth/sessions?limit=1')).json();
      const second = (await phone.get(`/auth/sessions?limit=1&cursor=${first.next}`)).json();
      assert.deepEqual([first.sessions.length, second.sessions.length, second.next], [1, 1, null]);
      assert.notEqual(first.sessions[0].id, second.sessions[0].id);
      for (const query of ['?limit=0', '?limit=x', '?cursor=x', '?limit=1&limit=2', '?more=1']) {
        assert.equal((await phone.get(`/auth/sessions${query}`)).status, 422, query);
      }
    },
  },
  {
    name: 'a user ends a session of their own, and it is dead at once',
    async run(bench) {
      const app = await startAuthApp(bench);
      const phone = await app.register(ada);
      const laptop = await app.signIn(ada);
      const id = await findCurrent(laptop);
      assert.equal((await phone.send('DELETE', `/auth/sessions/${id}`)).status, 204);
      assert.equal((await laptop.get('/page')).status, 401);
      assert.equal((await phone.get('/page')).status, 200);
    },
  },
  {
    name: "another user's session and one that never was get the same 404, and live on",
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      const other = await app.register('bob@example.com');
      for (const id of [await findCurrent(other), 'never-was-one', '..', '%2e%2e', "'--"]) {
        const answer = await browser.send('DELETE', `/auth/sessions/${id}`);
        assert.deepEqual([answer.status, answer.json().code], [404, 'session_not_found'], id);
      }
      assert.equal((await other.get('/page')).status, 200);
    },
  },
  {
    name: 'ending the own session clears its cookies',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      await browser.send('DELETE', `/auth/sessions/${await findCurrent(browser)}`);
      assert.deepEqual([...browser.cookies.keys()], ['app']);
    },
  },
  {
    name: 'all other sessions end, and this one goes on',
    async run(bench) {
      const app = await startAuthApp(bench);
      const here = await app.register(ada);
      const elsewhere = [await app.signIn(ada), await app.signIn(ada)];
      const stranger = await app.register('bob@example.com');
      assert.equal((await here.post('/auth/sessions/revoke-all', {})).status, 204);
      for (const browser of elsewhere) {
        assert.equal((await browser.get('/page')).status, 401);
        assert.equal((await browser.post('/auth/refresh', {})).status, 401);
      }
      assert.equal((await here.get('/page')).status, 200);
      assert.equal((await stranger.get('/page')).status, 200);
    },
  },
  {
    name: 'really all sessions end, this one included',
    async run(bench) {
      const app = await startAuthApp(bench);
      const here = await app.register(ada);
      const copy = here.copy();
      assert.equal((await here.post('/auth/sessions/revoke-all', { includeCurrent: true })).status, 204);
      assert.deepEqual([...here.cookies.keys()], ['app']);
      assert.equal((await copy.get('/page')).status, 401);
    },
  },
  {
    name: 'a new password renews this session and ends all others',
    async run(bench) {
      const app = await startAuthApp(bench);
      const here = await app.register(ada);
      const thief = here.copy();
      const elsewhere = await app.signIn(ada);
      const input = { currentPassword: password, newPassword };
      assert.equal((await here.post('/auth/password/change', input)).status, 200);
      assert.equal((await here.get('/page')).status, 200);
      for (const browser of [thief, elsewhere]) {
        assert.equal((await browser.get('/page')).status, 401);
        assert.equal((await browser.post('/auth/refresh', {})).status, 401);
      }
      const old = await app.openBrowser().post('/auth/login', { email: ada, password });
      assert.equal(old.status, 401);
      const fresh = await app.openBrowser().post('/auth/login', { email: ada, password: newPassword });
      assert.equal(fresh.status, 200);
    },
  },
  {
    name: 'a new password gives a bearer client new tokens, and its old ones are dead',
    async run(bench) {
      const app = await startAuthApp(bench);
      const old = (await app.post('/auth/register', { email: ada, password, transport: 'bearer' })).json();
      const headers = { authorization: `Bearer ${old.accessToken}` };
      const input = { currentPassword: password, newPassword };
      const answer = await app.post('/auth/password/change', input, headers);
      assert.deepEqual([answer.status, answer.cookies], [200, ['app=1']]);
      assert.equal((await app.getAs(answer.json().accessToken, '/page')).status, 200);
      assert.equal((await app.getAs(old.accessToken, '/page')).status, 401);
      assert.equal((await app.post('/auth/refresh', { refreshToken: old.refreshToken })).status, 401);
    },
  },
  {
    name: 'a password is not changed by who does not know it, nor to a bad one',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      const change = (input: object) => browser.post('/auth/password/change', input);
      const wrong = await change({ currentPassword: newPassword, newPassword });
      assert.deepEqual([wrong.status, wrong.json().code], [401, 'credentials_invalid']);
      const short = await change({ currentPassword: password, newPassword: 'short' });
      assert.deepEqual([short.status, short.json().code], [422, 'password_too_short']);
      assert.equal((await browser.get('/page')).status, 200);
      await app.signIn(ada);
    },
  },
  {
    name: 'a user changes the own name',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register(ada);
      const answer = await browser.send('PATCH', '/auth/me', {}, { name: 'Ada Ω' });
      assert.equal(answer.json().user.name, 'Ada Ω');
      assert.equal((await browser.get('/auth/me')).json().user.name, 'Ada Ω');
      assert.equal((await browser.send('PATCH', '/auth/me', {}, { roles: ['boss'] })).status, 422);
    },
  },
];

/** Looking after the own account. */
export const sessionChapter: BindingChapter = { name: 'the real routes: sessions and passwords', cases };
