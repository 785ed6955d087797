import assert from 'node:assert/strict';
import type { BindingCase, BindingChapter } from './binding-case.js';
import { createEchoTable, echoRequest, plainRoutes, refusing } from './binding-fixtures.js';

const plain = [{ prefix: '', routes: plainRoutes }];

const answers: readonly BindingCase[] = [
  {
    name: 'the answer of a route is written as it stands',
    async run({ start }) {
      const app = await start({ mounts: plain });
      const answer = await app.send({ path: '/auth/items/7?a=%31&b' });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'application/vnd.item+json');
      assert.equal(answer.headers['x-item'], 'yes');
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(answer.headers.etag, undefined);
      assert.deepEqual(answer.json(), { id: '7', originalUrl: '/auth/items/7?a=%31&b', ip: '127.0.0.1' });
    },
  },
  {
    name: 'cookies of a route stand beside those of the app',
    async run({ start }) {
      const app = await start({ mounts: plain });
      const answer = await app.send({ method: 'POST', path: '/auth/leave' });
      assert.deepEqual([answer.status, answer.text], [204, '']);
      assert.equal(answer.headers['content-type'], undefined);
      assert.deepEqual(answer.cookies, ['app=1', 'access=; Max-Age=0', 'refresh=; Max-Age=0']);
    },
  },
  {
    name: 'HEAD has the head of GET and no body',
    async run({ start }) {
      const app = await start({ mounts: plain });
      const answer = await app.send({ method: 'HEAD', path: '/auth/items/7' });
      assert.deepEqual([answer.status, answer.text], [200, '']);
      assert.equal(answer.headers['x-item'], 'yes');
    },
  },
  {
    name: 'a route that needs no body answers a request that has none, unless it claims another media type',
    async run({ start }) {
      const app = await start({ mounts: plain });
      for (const [headers, status] of [
        [{}, 204],
        [{ 'content-length': '0' }, 204],
        [{ 'content-type': 'application/json' }, 204],
        [{ 'content-type': 'text/plain' }, 415],
        [{ 'content-type': 'nonsense' }, 415],
      ] as const) {
        const answer = await app.send({ method: 'DELETE', path: '/auth/items/7', headers });
        assert.equal(answer.status, status, JSON.stringify(headers));
      }
    },
  },
  {
    name: 'a GET with a body is answered as one without',
    async run({ start }) {
      const app = await start({ mounts: plain });
      assert.equal((await app.send({ path: '/auth/items/7', body: 'what for' })).status, 200);
    },
  },
  {
    name: "a bug in a route reaches the app's error handler",
    async run({ start }) {
      const app = await start({ mounts: plain });
      const answer = await app.send({ path: '/auth/broken' });
      assert.deepEqual([answer.status, answer.json()], [500, { caught: 'route broke' }]);
    },
  },
];

const methods: readonly BindingCase[] = [
  {
    name: 'another method on a path of the table is 405 with Allow',
    async run({ start }) {
      const app = await start({ mounts: plain });
      for (const [method, path, allow] of [
        ['PUT', '/auth/items/7', 'GET, DELETE, HEAD'],
        ['POST', '/auth/items/7', 'GET, DELETE, HEAD'],
        ['OPTIONS', '/auth/items/7', 'GET, DELETE, HEAD'],
        ['GET', '/auth/leave', 'POST'],
        ['HEAD', '/auth/leave', 'POST'],
        ['DELETE', '/auth/leave', 'POST'],
      ] as const) {
        const answer = await app.send({ method, path });
        assert.deepEqual([answer.status, answer.headers.allow], [405, allow], `${method} ${path}`);
        if (method !== 'HEAD') assert.equal(answer.json().code, 'method_not_allowed');
      }
    },
  },
  {
    name: 'no header turns one method into another',
    async run({ start }) {
      const app = await start({ mounts: plain });
      for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
        const headers = { [name]: 'DELETE' };
        assert.equal(
          (await app.send({ path: '/auth/items/7', headers })).json().code,
          'method_override_refused',
        );
      }
    },
  },
  {
    name: "paths outside the table stay the app's",
    async run({ start }) {
      const app = await start({
        mounts: plain,
        pages: [{ method: 'GET', path: '/auth/page', kind: 'identity', guard: refusing }],
      });
      for (const path of ['/', '/auth', '/auth/other', '/items/7']) {
        const answer = await app.send({ path });
        assert.deepEqual([answer.status, answer.text], [404, 'nothing here'], path);
      }
      assert.equal((await app.send({ path: '/auth/page' })).status, 403);
    },
  },
];

const prefixes: readonly BindingCase[] = [
  {
    name: 'under a prefix the routes answer there and nowhere else',
    async run({ start }) {
      const app = await start({ mounts: [{ prefix: '/api/v1', routes: plainRoutes }] });
      const answer = await app.send({ path: '/api/v1/auth/items/7?q=1' });
      assert.deepEqual(answer.json(), { id: '7', originalUrl: '/api/v1/auth/items/7?q=1', ip: '127.0.0.1' });
      assert.equal((await app.send({ path: '/auth/items/7' })).status, 404);
      assert.equal((await app.send({ path: '/api/v1/auth/items/7', method: 'PUT' })).status, 405);
      assert.equal((await app.send({ path: '/api/v1/auth/nothing' })).text, 'nothing here');
    },
  },
  {
    name: 'several tables live beside each other in one app',
    async run({ start }) {
      const [root, nested] = [createEchoTable(), createEchoTable()];
      const app = await start({
        mounts: [
          { prefix: '', routes: root.routes },
          { prefix: '/api', routes: nested.routes },
          { prefix: '', routes: plainRoutes },
        ],
      });
      assert.equal((await app.send(echoRequest('one'))).status, 200);
      assert.equal((await app.send(echoRequest('two', '/api/auth/echo'))).status, 200);
      assert.equal((await app.send({ path: '/auth/items/7' })).status, 200);
      assert.deepEqual([root.received, nested.received], [['one'], ['two']]);
    },
  },
];

/** `mount`. */
export const routeChapter: BindingChapter = { name: 'routes', cases: [...answers, ...methods, ...prefixes] };
