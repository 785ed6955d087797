import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createAuth } from '../../../create-auth.js';
import { definePolicy } from '../../../domains/authorization/index.js';
import { all } from '../../../http/guard.js';
import { createHttpAuth } from '../../../http/http-auth.js';
import { memoryStores } from '../../../stores/memory/index.js';
import { createTestClock } from '../../test-clock.js';
import type { BindingBench, BindingCase, BindingChapter } from '../binding-case.js';
import type { TestAnswer, TestClient, TestRequest } from '../test-client.js';
import { password, publicUrl } from './auth-app.js';
import { type Browser, createBrowser } from './browser.js';

const listed = 'https://admin.example.com';
const foreign = 'https://evil.example';
/** The networks of whoever asks. */
const [outside, office] = ['203.0.113.9', '10.1.2.3'];
/** Of a ready-made route, of the app, and of nobody. */
const paths = ['/auth/me', '/comments', '/nothing'] as const;
/** What the loopback interface is here: a proxy that is trusted. */
const by = (proto: 'http' | 'https', ip = outside) => ({
  'x-forwarded-proto': proto,
  'x-forwarded-for': ip,
});

/** An app that has the guards of the edge where the guide mounts them, and answers `GET` and `POST /comments` itself. */
interface EdgeApp {
  /** By https, from outside, unless the headers say otherwise. */
  send(request: TestRequest): Promise<TestAnswer>;
  /** The head of an answer to a page of this origin. */
  readFrom(origin: string, path: string, method?: string): Promise<TestAnswer>;
  register(): Promise<Browser>;
}

async function startEdgeApp({ start }: BindingBench): Promise<EdgeApp> {
  const clock = createTestClock();
  const auth = createAuth({
    publicUrl,
    secret: randomBytes(48).toString('base64'),
    stores: memoryStores({ clock }),
    emailVerification: 'off',
    policy: definePolicy({ roles: { boss: { can: ['auth:users:read'] } } }),
    rolesForNewUser: () => ['boss'],
    passwords: { argon2: { memoryKiB: 8, iterations: 1 }, allowWeakArgon2: true },
    clock,
  });
  const http = createHttpAuth(auth, {
    trustedProxies: ['loopback'],
    trustedOrigins: [listed],
    adminNetworks: ['private'],
  });
  const search = http.rateLimit({ name: 'search', limit: { count: 2, per: '1m' } });
  const client = await start({
    everywhere: [all(http.requireHttps(), http.securityHeaders()), http.cors()],
    mounts: [{ prefix: '', routes: http.routes }],
    pages: [
      { method: 'GET', path: '/comments', kind: 'open', guard: http.csrf() },
      { method: 'POST', path: '/comments', kind: 'open', guard: http.csrf() },
      { method: 'GET', path: '/search', kind: 'open', guard: search },
      { method: 'GET', path: '/internal/page', kind: 'open', guard: http.requireAddress(['private']) },
    ],
  });
  const send = ({ headers, ...request }: TestRequest): Promise<TestAnswer> =>
    client.send({ ...request, headers: { ...by('https'), ...headers } });
  return {
    send,
    readFrom: (origin, path, method = 'GET') => send({ method, path, headers: { origin } }),
    async register() {
      const browser = createBrowser({ ...client, send } satisfies TestClient, publicUrl);
      const answer = await browser.post('/auth/register', { email: 'ada@example.com', password });
      assert.equal(answer.status, 201, answer.text);
      return browser;
    },
  };
}

const https: readonly BindingCase[] = [
  {
    name: 'a page that is asked for by plain http is read by https instead, on every path but those of ready-made routes',
    async run(bench) {
      const app = await startEdgeApp(bench);
      const headers = { ...by('http'), accept: 'text/html' };
      for (const path of paths) {
        const { status, headers: sent, text } = await app.send({ path: `${path}?a=%31`, headers });
        if (path === '/auth/me') {
          assert.equal(status, 403, path);
          continue;
        }
        assert.deepEqual([status, sent.location, text], [308, `${publicUrl}${path}?a=%31`, ''], path);
      }
    },
  },
  {
    name: 'what is said by plain http is refused unheard, on every path',
    async run(bench) {
      const app = await startEdgeApp(bench);
      const headers = { ...by('http'), 'content-type': 'application/json' };
      const body = JSON.stringify({ email: 'ada@example.com', password });
      for (const path of ['/auth/register', ...paths]) {
        const answer = await app.send({ method: 'POST', path, headers, body });
        assert.deepEqual([answer.status, answer.json().code], [403, 'https_required'], path);
      }
      // There is no such account: nobody has taken it down.
      await app.register();
    },
  },
  {
    name: 'every answer has the headers of a page, and ready-made routes their own, which are stricter',
    async run(bench) {
      const app = await startEdgeApp(bench);
      for (const path of paths) {
        const { headers } = await app.send({ path });
        assert.equal(headers['cross-origin-opener-policy'], 'same-origin', path);
        const policy = path === '/auth/me' ? "default-src 'none'" : "default-src 'self'";
        assert.ok(String(headers['content-security-policy']).startsWith(policy), path);
      }
    },
  },
];

const cors: readonly BindingCase[] = [
  {
    name: 'a preflight is answered in front of everything: of a route, of a page and of a path that nobody knows',
    async run(bench) {
      const app = await startEdgeApp(bench);
      for (const path of ['/auth/login', '/auth/admin/users', ...paths]) {
        const ask = (origin: string) =>
          app.send({
            method: 'OPTIONS',
            path,
            headers: { origin, 'access-control-request-method': 'POST' },
          });
        const { status, headers, text } = await ask(listed);
        assert.deepEqual([status, text, headers['access-control-allow-origin']], [204, '', listed], path);
        assert.equal(headers['access-control-allow-credentials'], 'true', path);
        assert.match(headers['access-control-allow-methods'] ?? '', /\bPOST\b/, path);
        assert.match(headers['access-control-allow-headers'] ?? '', /\bx-csrf-token\b/, path);
        const refused = await ask(foreign);
        assert.deepEqual([refused.status, listShared(refused)], [204, []], path);
        for (const answer of [headers, refused.headers]) assert.match(answer.vary ?? '', /\bOrigin\b/, path);
      }
    },
  },
  {
    name: 'a listed origin may read whatever is answered, refusals too, and another one nothing',
    async run(bench) {
      const app = await startEdgeApp(bench);
      for (const path of paths)
        for (const method of ['GET', 'POST']) {
          const readable = await app.readFrom(listed, path, method);
          assert.equal(readable.headers['access-control-allow-origin'], listed, `${method} ${path}`);
          const other = await app.readFrom(foreign, path, method);
          assert.deepEqual([other.status, listShared(other)], [readable.status, []], `${method} ${path}`);
          for (const { headers } of [readable, other]) assert.match(headers.vary ?? '', /\bOrigin\b/, path);
        }
    },
  },
  {
    name: 'OPTIONS that is no preflight is the business of the app',
    async run(bench) {
      const app = await startEdgeApp(bench);
      assert.equal((await app.readFrom(listed, '/auth/me', 'OPTIONS')).status, 405);
      assert.equal((await app.readFrom(listed, '/nothing', 'OPTIONS')).status, 404);
    },
  },
];

/** The names of what is shared with other origins. */
function listShared({ headers }: TestAnswer): readonly string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'));
}

const csrf: BindingCase = {
  name: "a page of the app's own takes from cookies only what its own pages send",
  async run(bench) {
    const app = await startEdgeApp(bench);
    const browser = await app.register();
    const write = (headers: Readonly<Record<string, string>> = {}) =>
      browser.post('/comments', undefined, headers);
    const refused = await write();
    assert.deepEqual([refused.status, refused.json().code], [403, 'csrf_refused']);
    await browser.fetchCsrfToken();
    assert.equal((await write()).status, 200);
    assert.equal((await write({ origin: foreign, 'sec-fetch-site': 'cross-site' })).status, 403);
    assert.equal((await browser.get('/comments')).status, 200);
    const cookieless = await app.readFrom(foreign, '/comments', 'POST');
    assert.equal(cookieless.status, 200, 'nothing of a visitor is misused');
  },
};

const rateLimit: BindingCase = {
  name: 'a client is let through as often as the limit says, and hears how long to wait',
  async run(bench) {
    const app = await startEdgeApp(bench);
    const ask = (ip: string) => app.send({ path: '/search', headers: by('https', ip) });
    const first = await ask(outside);
    assert.deepEqual([first.status, first.headers.ratelimit], [200, '"search";r=1;t=30']);
    assert.equal((await ask(outside)).status, 200);
    const { status, headers, json } = await ask(outside);
    assert.deepEqual([status, headers['retry-after'], json().code], [429, '30', 'rate_limited']);
    assert.equal((await ask('198.51.100.1')).status, 200);
    // What stands left of the client's address is its own word.
    assert.equal((await ask(`198.51.100.2, ${outside}`)).status, 429);
  },
};

const networks: readonly BindingCase[] = [
  {
    name: 'a page for some networks is open to them, and to nobody who says to come from there',
    async run(bench) {
      const app = await startEdgeApp(bench);
      const ask = (ip: string) => app.send({ path: '/internal/page', headers: by('https', ip) });
      assert.equal((await ask(office)).status, 200);
      assert.equal((await ask(`::ffff:${office}`)).status, 200);
      for (const ip of [outside, `${office}, ${outside}`]) {
        const refused = await ask(ip);
        assert.deepEqual([refused.status, refused.json().code], [403, 'address_refused'], ip);
      }
    },
  },
  {
    name: 'administration is open to its networks only, whoever asks, and all else to everybody',
    async run(bench) {
      const app = await startEdgeApp(bench);
      const boss = await app.register();
      const ask = (path: string, ip: string) => boss.send('GET', path, by('https', ip));
      assert.equal((await ask('/auth/admin/users', office)).status, 200);
      assert.equal((await ask('/auth/admin/users', outside)).json().code, 'address_refused');
      assert.equal((await ask('/auth/me', outside)).status, 200);
    },
  },
];

/** The guards of the edge, mounted as the guide says. */
export const edgeChapter: BindingChapter = {
  name: 'the guards of the edge',
  cases: [...https, ...cors, csrf, rateLimit, ...networks],
};
