import assert from 'node:assert/strict';
import type { Guard } from '../../http/guard.js';
import { findHeader, type HttpRequest } from '../../http/request.js';
import type { BindingChapter } from './binding-case.js';
import { allowing, createEchoTable, echoRequest, identityOf, refusing } from './binding-fixtures.js';
import { createKeptConnection } from './test-client.js';

const users = Array.from({ length: 50 }, (_, index) => `user-${index}`);

/** Lets everybody in as who they say they are, some at once and some after several turns of the event loop. */
const claiming: Guard = (request: HttpRequest) => {
  const userId = findHeader(request, 'x-user') ?? 'nobody';
  const verdict = { isAllowed: true, identity: identityOf(userId), cookies: [`mine=${userId}`] } as const;
  const turns = Number(userId.replace('user-', '')) % 5;
  return turns === 0 ? verdict : afterTurns(turns).then(() => verdict);
};

async function afterTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Nobody gets what is somebody else's. */
export const isolationChapter: BindingChapter = {
  name: 'isolation',
  cases: [
    {
      name: '50 users at once never see the identity or cookies of another',
      async run({ start }) {
        const app = await start({
          pages: [
            { method: 'GET', path: '/identity', kind: 'identity', guard: claiming },
            { method: 'GET', path: '/stream', kind: 'stream', guard: claiming },
          ],
        });
        await Promise.all(
          users.map(async (userId) => {
            const agent = createKeptConnection();
            for (const path of ['/identity', '/stream', '/identity']) {
              const answer = await app.send({ path, headers: { 'x-user': userId }, agent });
              if (path === '/identity') assert.equal(answer.json().userId, userId);
              assert.deepEqual(answer.cookies, [`mine=${userId}`, 'app=1']);
            }
            agent.destroy();
          }),
        );
      },
    },
    {
      name: 'bodies sent at once stay with their requests',
      async run({ start }) {
        const app = await start({ mounts: [{ prefix: '', routes: createEchoTable().routes }] });
        await Promise.all(
          users.map(async (userId) => {
            const text = JSON.stringify({ text: userId });
            const body = [text.slice(0, 5), text.slice(5)];
            assert.deepEqual((await app.send({ ...echoRequest(userId), body })).json(), { text: userId });
          }),
        );
      },
    },
    {
      name: 'an identity does not stay on a connection',
      async run({ start }) {
        const guard: Guard = (request) =>
          findHeader(request, 'x-user') === null ? refusing(request) : claiming(request);
        const app = await start({ pages: [{ method: 'GET', path: '/page', kind: 'identity', guard }] });
        const agent = createKeptConnection();
        assert.equal((await app.send({ path: '/page', headers: { 'x-user': 'user-0' }, agent })).status, 200);
        const answer = await app.send({ path: '/page', agent });
        assert.deepEqual([answer.status, answer.isReused], [403, true]);
        agent.destroy();
      },
    },
    {
      name: 'two apps in one process share nothing, even with the same table',
      async run({ start }) {
        const { routes, received } = createEchoTable();
        const pageOf = (guard: Guard) => ({ method: 'GET', path: '/page', kind: 'identity', guard }) as const;
        const open = await start({ mounts: [{ prefix: '', routes }], pages: [pageOf(allowing('ada'))] });
        const shut = await start({ mounts: [{ prefix: '/api', routes }], pages: [pageOf(refusing)] });
        assert.equal((await open.send({ path: '/page' })).json().userId, 'ada');
        assert.equal((await shut.send({ path: '/page' })).status, 403);
        assert.equal((await shut.send(echoRequest('one'))).status, 404);
        assert.equal((await open.send(echoRequest('two'))).status, 200);
        assert.equal((await shut.send(echoRequest('three', '/api/auth/echo'))).status, 200);
        assert.deepEqual(received, ['two', 'three']);
      },
    },
  ],
};
