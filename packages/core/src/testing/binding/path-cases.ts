import assert from 'node:assert/strict';
import type { BindingCase, BindingChapter } from './binding-case.js';
import { createEchoTable, echoRequest, refusing } from './binding-fixtures.js';
import type { TestClient } from './test-client.js';

/** Other spellings of `/auth/echo`. Who checks one spelling and answers another has a hole (CVE-2026-6270 and kin). */
function spellingsOf(path: string): readonly string[] {
  const [, first, last] = path.split('/');
  return [
    `/${path}`,
    `//${path}`,
    `/${first}//${last}`,
    `${path}/`,
    `${path}//`,
    `/${first}/./${last}`,
    `/${first}/x/../${last}`,
    `/.${path}`,
    path.toUpperCase(),
    `/${first}%2f${last}`,
    `/${first}%5c${last}`,
    `/${first}\\${last}`,
    `/%${first?.charCodeAt(0).toString(16)}${first?.slice(1)}/${last}`,
    `/${first}/%${last?.charCodeAt(0).toString(16)}${last?.slice(1)}`,
    `/${first}/%25${last?.charCodeAt(0).toString(16)}${last?.slice(1)}`,
    `${path}%20`,
    `${path}%00`,
    `${path}%3f`,
    `${path}%2e`,
    `${path};v=1`,
    `${path}.json`,
    `${path}/x`,
    `/${first}/%zz`,
    `/x${path}`,
    `/http://127.0.0.1${path}`,
    `${path}#x`,
    `/${first}\\${last}#x`,
  ];
}

const routes: readonly BindingCase[] = [
  {
    name: 'no other spelling of a path reaches its route',
    async run({ start }) {
      const table = createEchoTable();
      const app = await start({ mounts: [{ prefix: '', routes: table.routes }] });
      for (const path of spellingsOf('/auth/echo')) {
        const { status } = await app.send(echoRequest('hello', path));
        assert.ok(status === 404 || status === 400, `${path}: ${status}`);
      }
      assert.deepEqual(table.received, []);
    },
  },
  {
    name: 'no other spelling of a path or its prefix reaches a route under a prefix',
    async run({ start }) {
      const table = createEchoTable();
      const app = await start({ mounts: [{ prefix: '/auth', routes: table.routes }] });
      for (const path of [
        ...spellingsOf('/auth/echo'),
        ...spellingsOf('/auth/echo').map((path) => `/auth${path}`),
      ]) {
        const { status } = await app.send(echoRequest('hello', path));
        assert.ok(status === 404 || status === 400, `${path}: ${status}`);
      }
      assert.deepEqual(table.received, []);
    },
  },
  {
    name: 'the query is no part of the path',
    async run({ start }) {
      const table = createEchoTable();
      const app = await start({ mounts: [{ prefix: '', routes: table.routes }] });
      for (const query of ['?', '?a=/../b', '?a?b']) {
        assert.equal((await app.send(echoRequest(query, `/auth/echo${query}`))).status, 200, query);
      }
    },
  },
];

/** Answers 200 where the page ran; its guard lets nobody through. */
async function requireShut(
  app: TestClient,
  path: string,
  headers: Record<string, string> = {},
): Promise<void> {
  const { status } = await app.send({ path, headers });
  assert.ok(status === 403 || status === 404 || status === 400, `${path}: ${status}`);
}

const guards: readonly BindingCase[] = [
  {
    name: 'no other spelling of a path gets past the guard of its page',
    async run({ start }) {
      const app = await start({
        pages: [{ method: 'GET', path: '/admin/page', kind: 'identity', guard: refusing }],
      });
      assert.equal((await app.send({ path: '/admin/page' })).status, 403);
      for (const path of spellingsOf('/admin/page')) await requireShut(app, path);
    },
  },
  {
    name: 'no header switches a guard off',
    async run({ start }) {
      const app = await start({
        pages: [{ method: 'GET', path: '/admin/page', kind: 'identity', guard: refusing }],
      });
      for (const [name, value] of [
        ['x-middleware-subrequest', 'middleware:middleware:middleware'],
        ['x-original-url', '/'],
        ['x-rewrite-url', '/'],
        ['x-forwarded-prefix', '/open'],
        ['x-http-method-override', 'OPTIONS'],
        ['upgrade', 'h2c'],
      ] as const) {
        await requireShut(app, '/admin/page', { [name]: value });
      }
    },
  },
];

/** Paths are what they are. */
export const pathChapter: BindingChapter = { name: 'paths', cases: [...routes, ...guards] };
