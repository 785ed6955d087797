import assert from 'node:assert/strict';
import type { Guard } from '../../http/guard.js';
import type { HttpRequest } from '../../http/request.js';
import type { BindingCase, BindingChapter } from './binding-case.js';
import { allowing, identityOf, later, refusing } from './binding-fixtures.js';

/** Both ways to answer: a binding has a path for each. */
const answering: readonly { readonly how: string; readonly as: (guard: Guard) => Guard }[] = [
  { how: 'at once', as: (guard) => guard },
  { how: 'later', as: later },
];

const verdicts = answering.flatMap(({ how, as }): readonly BindingCase[] => [
  {
    name: `a guard that allows ${how} puts the identity on the request`,
    async run({ start }) {
      const app = await start({
        pages: [{ method: 'GET', path: '/page', kind: 'identity', guard: as(allowing('ada')) }],
      });
      const answer = await app.send({ path: '/page' });
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.json(), { userId: 'ada', sessionId: 'session of ada', canReport: true });
    },
  },
  {
    name: `a guard that refuses ${how} answers itself, as it stands, and the page does not run`,
    async run({ start }) {
      const app = await start({
        pages: [{ method: 'GET', path: '/page', kind: 'broken', guard: as(refusing) }],
      });
      const answer = await app.send({ path: '/page' });
      assert.equal(answer.status, 403);
      assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
      assert.equal(answer.headers['x-reason'], 'guard');
      assert.equal(answer.text, '{"refused":true}');
      assert.deepEqual(answer.cookies, ['app=1', 'access=; Max-Age=0', 'refresh=; Max-Age=0']);
    },
  },
  {
    name: `a refusal ${how} holds for HEAD`,
    async run({ start }) {
      const app = await start({
        pages: [{ method: 'GET', path: '/page', kind: 'identity', guard: as(refusing) }],
      });
      const answer = await app.send({ method: 'HEAD', path: '/page' });
      assert.deepEqual([answer.status, answer.text], [403, '']);
    },
  },
]);

/** Guards with a bug. `undefined` is what frameworks take for permission. */
const bugs: readonly { readonly what: string; readonly guard: Guard; readonly caught: string }[] = [
  { what: 'throws', guard: () => raise(new Error('guard broke')), caught: 'guard broke' },
  { what: 'rejects', guard: later(() => raise(new Error('guard broke'))), caught: 'guard broke' },
  { what: 'throws undefined', guard: () => raise(undefined), caught: 'A guard failed.' },
  { what: 'rejects with undefined', guard: later(() => raise(undefined)), caught: 'A guard failed.' },
  { what: 'throws a word', guard: () => raise('route'), caught: 'A guard failed.' },
];

const broken = bugs.map(
  ({ what, guard, caught }): BindingCase => ({
    name: `the error of a guard that ${what} reaches the app's error handler, and the page does not run`,
    async run({ start }) {
      const app = await start({ pages: [{ method: 'GET', path: '/page', kind: 'identity', guard }] });
      const answer = await app.send({ path: '/page' });
      assert.deepEqual([answer.status, answer.json()], [500, { caught }]);
    },
  }),
);

const requests: readonly BindingCase[] = [
  {
    name: 'a guard sees the request as the client sent it',
    async run({ start }) {
      let seen: HttpRequest | undefined;
      const guard: Guard = (request) => {
        const { method, originalUrl, headers, socket } = request;
        // The connection says so while it lives.
        const remoteAddress = socket?.remoteAddress;
        seen = { method, originalUrl, headers, socket: { remoteAddress } };
        return { isAllowed: true, identity: identityOf('ada'), cookies: [] };
      };
      const app = await start({ pages: [{ method: 'GET', path: '/page', kind: 'empty', guard }] });
      await app.send({ path: '/page?a=%31&a=2', headers: { cookie: ['a=1', 'b=2'], 'X-Odd': 'Ä' } });
      assert.deepEqual([seen?.method, seen?.originalUrl], ['GET', '/page?a=%31&a=2']);
      assert.equal(seen?.socket?.remoteAddress, '127.0.0.1');
      assert.deepEqual([seen?.headers.cookie, seen?.headers['x-odd']], ['a=1; b=2', 'Ä']);
    },
  },
  {
    name: 'each page has its own guard',
    async run({ start }) {
      const app = await start({
        pages: [
          { method: 'GET', path: '/open', kind: 'identity', guard: allowing('ada') },
          { method: 'GET', path: '/shut', kind: 'identity', guard: refusing },
          { method: 'POST', path: '/open', kind: 'identity', guard: refusing },
        ],
      });
      assert.equal((await app.send({ path: '/open' })).status, 200);
      assert.equal((await app.send({ path: '/shut' })).status, 403);
      assert.equal((await app.send({ method: 'POST', path: '/open' })).status, 403);
    },
  },
];

/** A guard that asks nobody who they are, and sends headers along. */
const open: Guard = () => ({
  isAllowed: true,
  identity: null,
  cookies: [],
  headers: { 'x-guard': 'yes', vary: 'Origin' },
  nonce: 'bm9uY2U=',
});

const headers: readonly BindingCase[] = [
  ...answering.map(
    ({ how, as }): BindingCase => ({
      name: `a guard that asks nobody, ${how}, puts its nonce on the request and no identity`,
      async run({ start }) {
        const app = await start({ pages: [{ method: 'GET', path: '/page', kind: 'open', guard: as(open) }] });
        assert.deepEqual((await app.send({ path: '/page' })).json(), { auth: false, nonce: 'bm9uY2U=' });
      },
    }),
  ),
  ...(['open', 'stream', 'redirect', 'empty', 'broken', 'raw'] as const).map(
    (kind): BindingCase => ({
      name: `a guard's headers are on an answer of kind "${kind}"`,
      async run({ start }) {
        const app = await start({ pages: [{ method: 'GET', path: '/page', kind, guard: open }] });
        assert.equal((await app.send({ path: '/page' })).headers['x-guard'], 'yes');
      },
    }),
  ),
];

/** `protect`. */
export const guardChapter: BindingChapter = {
  name: 'guards',
  cases: [...verdicts, ...headers, ...broken, ...requests],
};

function raise(reason: unknown): never {
  throw reason;
}
