import assert from 'node:assert/strict';
import type { BindingCase, BindingChapter, ParserPlace } from '../binding-case.js';
import { password, startAuthApp } from './auth-app.js';

const guards: readonly BindingCase[] = [
  {
    name: 'roles and permissions open their pages and no others',
    async run(bench) {
      const app = await startAuthApp(bench);
      for (const [email, statuses] of [
        ['boss@example.com', [200, 200, 200, 200]],
        ['ada@example.com', [200, 200, 403, 403]],
      ] as const) {
        const browser = await app.register(email);
        for (const [index, path] of ['/page', '/employees', '/bosses', '/accounts'].entries()) {
          const answer = await browser.get(path);
          assert.equal(answer.status, statuses[index], `${email} ${path}`);
          if (answer.status === 403) assert.equal(answer.json().code, 'permission_denied');
        }
      }
    },
  },
  {
    name: 'what a handler requires is refused as by a guard, and recorded',
    async run(bench) {
      const app = await startAuthApp(bench);
      assert.equal((await (await app.register('boss@example.com')).get('/required')).status, 204);
      const browser = await app.register('ada@example.com');
      const [refused, byGuard] = [await browser.get('/required'), await browser.get('/accounts')];
      const { requestId, ...problem } = refused.json();
      assert.deepEqual({ ...problem, requestId: byGuard.json().requestId }, byGuard.json());
      for (const name of ['content-type', 'cache-control'])
        assert.equal(refused.headers[name], byGuard.headers[name], name);
      assert.deepEqual([refused.status, refused.cookies], [403, ['app=1']]);
      const [denial] = app.denials;
      assert.deepEqual([denial?.name, denial?.requestId], ['accounts:create', requestId]);
    },
  },
  {
    name: 'two credentials, or one twice, are nobody',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register('ada@example.com');
      const access = browser.cookies.get('__Host-access') ?? '';
      for (const [headers, status, code] of [
        [{ authorization: `Bearer ${access}` }, 400, 'credentials_ambiguous'],
        [{ cookie: `__Host-access=${access}; __Host-access=${access}` }, 400, 'cookie_ambiguous'],
        [{ cookie: '', authorization: 'Bearer' }, 401, 'access_token_malformed'],
        [{ cookie: '', authorization: `Bearer ${access}, Bearer ${access}` }, 401, 'access_token_malformed'],
        [{ cookie: '', authorization: `Basic ${access}` }, 401, 'credentials_missing'],
        [{ cookie: `access=${access}` }, 401, 'credentials_missing'],
      ] as const) {
        for (const path of ['/page', '/auth/me']) {
          const answer = await browser.send('GET', path, headers);
          const sent = `${path} ${Object.keys(headers)} ${code}`;
          assert.deepEqual([answer.status, answer.json().code], [status, code], sent);
        }
      }
    },
  },
  {
    name: 'a token in a URL is refused by routes and means nothing to guards',
    async run(bench) {
      const app = await startAuthApp(bench);
      const { accessToken } = (
        await app.post('/auth/register', { email: 'ada@example.com', password, transport: 'bearer' })
      ).json();
      const query = `?access_token=${accessToken}`;
      assert.equal((await app.client.send({ path: `/auth/me${query}` })).json().code, 'token_in_url');
      assert.equal((await app.client.send({ path: `/page${query}` })).status, 401);
    },
  },
  {
    name: 'one changed character makes a token worthless',
    async run(bench) {
      const app = await startAuthApp(bench);
      const { accessToken } = (
        await app.post('/auth/register', { email: 'ada@example.com', password, transport: 'bearer' })
      ).json();
      for (const place of [10, accessToken.indexOf('.') + 10, accessToken.length - 10]) {
        const other = accessToken[place] === 'A' ? 'B' : 'A';
        const forged = accessToken.slice(0, place) + other + accessToken.slice(place + 1);
        assert.equal((await app.getAs(forged, '/page')).status, 401);
      }
      assert.equal((await app.getAs(accessToken, '/page')).status, 200);
    },
  },
  {
    name: '50 users at once are never taken for each other',
    async run(bench) {
      const app = await startAuthApp(bench);
      const emails = Array.from({ length: 50 }, (_, index) => `user${index}@example.com`);
      const browsers = await Promise.all(emails.map((email) => app.register(email)));
      // Half of them have to be renewed on the way.
      app.clock.advance(3_600_000);
      await Promise.all(
        browsers.filter((_, index) => index % 2 === 0).map((browser) => browser.post('/auth/refresh', {})),
      );
      await Promise.all(
        browsers.map(async (browser, index) => {
          const [page, me] = [await browser.get('/page'), await browser.get('/auth/me')];
          assert.equal(me.json().user.email, emails[index]);
          assert.equal(page.json().userId, me.json().user.id);
          assert.equal(page.json().sessionId, me.json().sessionId);
        }),
      );
    },
  },
];

const parserPlaces = (['before', 'after'] as const).map(
  (parsers: ParserPlace): BindingCase => ({
    name: `signing in, refreshing and signing out work with the app's parsers ${parsers} the routes`,
    async run(bench) {
      const app = await startAuthApp(bench, { parsers });
      const browser = await app.register('ada@example.com');
      app.clock.advance(60_000);
      assert.equal((await browser.post('/auth/refresh', {})).status, 200);
      assert.equal((await browser.post('/auth/sessions/revoke-all')).status, 204);
      assert.equal((await browser.post('/auth/logout')).status, 204);
      assert.equal((await browser.get('/page')).status, 401);
    },
  }),
);

/** Pages of the app behind the real guards. */
export const accessChapter: BindingChapter = {
  name: 'the real guards',
  cases: [...guards, ...parserPlaces],
};
