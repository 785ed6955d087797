import { createHttpAuth, type HttpAuthOptions, memoryStores, type UserStore } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { createAuthBench, newPassword, password, publicUrl } from '../auth-bench.js';
import { createBrowser } from './browser.js';
import { type Answer, createHttpBench, credentials, ownPage } from './http-bench.js';

const accessCookie = /^__Host-access=eyJ[\w.-]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/;
const refreshCookie = /^__Host-refresh=rt1_[\w-]{100}; Path=\/; HttpOnly; Secure; SameSite=Lax$/;

/** Which tokens the answer has where. */
function placesOf({ json, cookies }: Answer) {
  return {
    body: Object.keys(json).filter((name) => name.endsWith('Token')),
    cookies: cookies.filter((line) => !line.endsWith('Max-Age=0')).map((line) => line.split('=', 1)[0]),
  };
}

const expected = {
  cookie: { body: [], cookies: ['__Host-access', '__Host-refresh'] },
  bearer: { body: ['accessToken', 'refreshToken'], cookies: [] },
  hybrid: { body: ['accessToken'], cookies: ['__Host-refresh'] },
} as const;

describe.each(Object.entries(expected))('the transport %s', (transport, places) => {
  it.each(['option', 'request'])(
    'has each token in one place only, and nothing else there, chosen by %s (ASVS 14.3.3)',
    async (chosenBy) => {
      const isOption = chosenBy === 'option';
      const bench = createHttpBench({ http: isOption ? { transport: transport as 'cookie' } : {} });
      const json = { ...credentials, ...(isOption ? {} : { transport }) };
      for (const url of ['/auth/register', '/auth/login']) {
        const answer = await bench.send({ method: 'POST', url, headers: ownPage, json });
        expect(answer.status).toBe(url === '/auth/login' ? 200 : 201);
        expect(placesOf(answer)).toEqual(places);
        const extra = transport === 'cookie' ? {} : { expiresIn: 900, tokenType: 'Bearer' };
        expect(answer.json).toMatchObject({ user: { email: credentials.email }, ...extra });
        for (const value of answer.cookies) expect(answer.body).not.toContain(value.split(/[=;]/)[1]);
      }
    },
  );
});

describe('the cookies', () => {
  const signIn = async (http: HttpAuthOptions, appUrl = publicUrl): Promise<readonly string[]> => {
    const bench = createHttpBench({ http, auth: { publicUrl: appUrl } });
    return (await bench.send({ method: 'POST', url: '/auth/register', headers: ownPage, json: credentials }))
      .cookies;
  };

  it('are bound to the host, hidden from scripts and gone with the browser (ASVS 3.3.2, 3.3.3, 3.3.4)', async () => {
    const cookies = await signIn({});
    expect(cookies).toEqual([expect.stringMatching(accessCookie), expect.stringMatching(refreshCookie)]);
  });

  it('can be strict', async () => {
    for (const line of await signIn({ sameSite: 'Strict' }))
      expect(line).toMatch(/; Secure; SameSite=Strict$/);
  });

  it('can outlive the browser, but not the session', async () => {
    for (const line of await signIn({ persistentCookies: true })) expect(line).toMatch(/; Max-Age=604800$/);
  });

  it('lose prefix and Secure only where the app said so', async () => {
    expect(await signIn({ allowInsecureCookies: true }, 'http://localhost:3000')).toEqual([
      expect.stringMatching(/^access=eyJ[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^refresh=rt1_[\w-]+; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('never lose them where the app is reached by https (ASVS 3.3.1)', async () => {
    await expect(signIn({ allowInsecureCookies: true })).rejects.toThrow(/^allowInsecureCookies: /);
  });

  it('are refused where a browser would drop them silently (ASVS 3.3.5)', async () => {
    const rolesForNewUser = () => Array.from({ length: 130 }, (_, index) => `a-rather-long-role-${index}`);
    const bench = createHttpBench({ auth: { rolesForNewUser: rolesForNewUser as () => never[] } });
    const call = { method: 'POST', url: '/auth/register', headers: ownPage, json: credentials };
    await expect(bench.send(call)).rejects.toThrow(/does not fit into a cookie/);
  });
});

describe('options that are misspelt or unsafe', () => {
  const { auth } = createAuthBench();
  it.each<[string, object]>([
    ['sameSite', { sameSite: 'None' }],
    ['sameSite', { sameSite: 'lax' }],
    ['transport', { transport: 'cookies' }],
    ['basePath', { basePath: 'auth' }],
    ['basePath', { basePath: '/auth/' }],
    ['basePath', { basePath: '/:id' }],
    ['trustedOrigins', { trustedOrigins: ['*'] }],
    ['trustedOrigins', { trustedOrigins: ['null'] }],
    ['trustedOrigins', { trustedOrigins: ['file:///index.html'] }],
    ['trustedOrigins', { trustedOrigins: ['app.example.com'] }],
  ])('%s is named: %j', (option, options) => {
    expect(() => createHttpAuth(auth, options)).toThrow(new RegExp(`^${option}: `));
    expect(() => createHttpAuth(auth, options)).toThrow(TypeError);
  });
});

describe('refreshing', () => {
  const refresh = { method: 'POST', url: '/auth/refresh' };

  it.each(['cookie', 'bearer', 'hybrid'])(
    'keeps what is in cookies out of every body: %s',
    async (transport) => {
      const bench = createHttpBench();
      const browser = createBrowser(bench);
      await browser.register();
      bench.clock.advance(60_000);
      const answer = await browser.send({ ...refresh, json: { transport } });
      expect(answer.status).toBe(200);
      expect(placesOf(answer)).toEqual(expected.cookie);
    },
  );

  it.each(['bearer', 'hybrid'])(
    'keeps the refresh token of a hybrid client in its cookie: %s',
    async (transport) => {
      const bench = createHttpBench();
      const browser = createBrowser(bench);
      const json = { ...credentials, transport: 'hybrid' };
      await browser.send({ method: 'POST', url: '/auth/register', json });
      bench.clock.advance(60_000);
      const answer = await browser.send({ ...refresh, json: { transport } });
      expect(placesOf(answer)).toEqual(expected.hybrid);
    },
  );

  it('answers a body with a body, whatever it asks for', async () => {
    const bench = createHttpBench();
    const { refreshToken } = await bench.register();
    const answer = await bench.send({ ...refresh, json: { refreshToken, transport: 'cookie' } });
    expect(placesOf(answer)).toEqual(expected.bearer);
  });
});

describe('a session whose access token has outgrown its cookie', () => {
  it.each([
    { method: 'GET', url: '/auth/me' },
    { method: 'POST', url: '/auth/refresh' },
  ])('goes on when it fits again: $method $url', async (call) => {
    let roles: readonly string[] = [];
    const bench = createHttpBench({
      openStores(clock) {
        const stores = memoryStores({ clock });
        const find: UserStore['find'] = async (user) => {
          const found = await stores.users.find(user);
          return found === null ? null : { ...found, roles };
        };
        return { ...stores, users: { ...stores.users, find } };
      },
    });
    const browser = createBrowser(bench);
    await browser.register();
    bench.clock.advance(3_600_000);
    roles = Array.from({ length: 130 }, (_, index) => `a-rather-long-role-${index}`);
    await expect(browser.send(call)).rejects.toThrow(/^The access token is longer than 4083 characters/);
    roles = [];
    bench.clock.advance(3_600_000);
    expect((await browser.send(call)).status).toBe(200);
  });
});

describe('changing the password', () => {
  it.each(['cookie', 'bearer', 'hybrid'] as const)('answers the way it was asked: %s', async (transport) => {
    const bench = createHttpBench({ http: { transport } });
    const browser = createBrowser(bench);
    const signedIn = await browser.send({ method: 'POST', url: '/auth/register', json: credentials });
    const { accessToken = null } = signedIn.json;
    const authorization = accessToken === null ? null : `Bearer ${accessToken}`;
    const { csrfToken } = (
      await browser.send({ method: 'GET', url: '/auth/csrf', headers: { authorization } })
    ).json;
    const answer = await browser.send({
      method: 'POST',
      url: '/auth/password/change',
      headers: { authorization, 'x-csrf-token': csrfToken },
      json: { currentPassword: password, newPassword },
    });
    expect(answer.status).toBe(200);
    expect(placesOf(answer)).toEqual(expected[transport]);
  });
});

describe('a hybrid client', () => {
  it('that has lost its access token asks for one, and gets no cookie that would contradict it', async () => {
    const bench = createHttpBench({ http: { transport: 'hybrid' } });
    const browser = createBrowser(bench);
    await browser.send({ method: 'POST', url: '/auth/register', json: credentials });
    expect([...browser.jar.keys()]).toEqual(['__Host-refresh']);

    const me = { method: 'GET', url: '/auth/me' };
    const lost = await browser.send(me);
    expect([lost.status, lost.json.code, lost.cookies]).toEqual([401, 'credentials_missing', []]);
    const { accessToken } = (await browser.send({ method: 'POST', url: '/auth/refresh' })).json;
    const found = await browser.send({ ...me, headers: { authorization: `Bearer ${accessToken}` } });
    expect(found.status).toBe(200);
  });
});

describe('a browser that held cookies before the app turned to hybrid', () => {
  it.each(['/auth/login', '/auth/refresh'])('gets rid of the access cookie at %s', async (url) => {
    const bench = createHttpBench({ http: { transport: 'hybrid' } });
    const browser = createBrowser(bench);
    const before = { ...credentials, transport: 'cookie' };
    await browser.send({ method: 'POST', url: '/auth/register', json: before });
    bench.clock.advance(60_000);
    const json = url === '/auth/login' ? credentials : {};
    const { accessToken } = (await browser.send({ method: 'POST', url, json })).json;
    expect([...browser.jar.keys()]).toEqual(['__Host-refresh']);
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await browser.send({ method: 'GET', url: '/auth/me', headers })).status).toBe(200);
  });
});

describe('signing out', () => {
  it('clears cookies and storage, and kills what was in them (ASVS 7.4.1, 14.3.1)', async () => {
    const bench = createHttpBench();
    const browser = createBrowser(bench);
    await browser.register();
    const before = browser.clone();
    const answer = await browser.send({ method: 'POST', url: '/auth/logout' });
    expect([answer.status, answer.body]).toEqual([204, null]);
    expect(answer.headers['clear-site-data']).toBe('"cache", "cookies", "storage"');
    expect(browser.jar.size).toBe(0);
    expect((await before.send({ method: 'GET', url: '/auth/me' })).status).toBe(401);
  });

  it('ends a session by its header, and sets no cookie then', async () => {
    const bench = createHttpBench();
    const { accessToken, refreshToken } = await bench.register();
    const headers = { authorization: `Bearer ${accessToken}` };
    const answer = await bench.send({ method: 'POST', url: '/auth/logout', headers });
    expect([answer.status, answer.cookies]).toEqual([204, []]);
    const refresh = await bench.send({ method: 'POST', url: '/auth/refresh', json: { refreshToken } });
    expect([refresh.status, refresh.cookies]).toEqual([401, []]);
  });

  it('ends a session whose access token has expired', async () => {
    const bench = createHttpBench();
    const browser = createBrowser(bench);
    await browser.register();
    bench.clock.advance(3_600_000);
    const before = browser.clone();
    expect((await browser.send({ method: 'POST', url: '/auth/logout' })).status).toBe(204);
    expect((await before.send({ method: 'GET', url: '/auth/me' })).status).toBe(401);
  });

  it('is done when nobody is signed in', async () => {
    const answer = await createHttpBench().send({
      method: 'POST',
      url: '/auth/logout',
      headers: { origin: publicUrl },
    });
    expect(answer.status).toBe(204);
  });
});
