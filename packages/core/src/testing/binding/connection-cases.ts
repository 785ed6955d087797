import assert from 'node:assert/strict';
import { maxBodyBytes } from '../../http/answer-route.js';
import type { BindingChapter } from './binding-case.js';
import {
  allowing,
  createEchoTable,
  echoRequest,
  jsonRequest,
  later,
  plainRoutes,
  refusing,
} from './binding-fixtures.js';
import { echoBodyOf } from './body-cases.js';
import { createKeptConnection } from './test-client.js';

const mounts = [{ prefix: '', routes: [...createEchoTable().routes, ...plainRoutes] }];

/** One connection, many requests. */
export const connectionChapter: BindingChapter = {
  name: 'connections',
  cases: [
    {
      name: 'a connection is good for another request after each kind of refusal',
      async run({ start }) {
        const app = await start({
          mounts,
          pages: [
            { method: 'POST', path: '/shut', kind: 'identity', guard: refusing },
            { method: 'POST', path: '/shut-later', kind: 'identity', guard: later(refusing) },
          ],
        });
        const agent = createKeptConnection();
        const large = echoBodyOf(maxBodyBytes * 2);
        let isReused = false;
        for (const [status, refused] of [
          [403, { method: 'POST', path: '/shut' }],
          [403, { ...jsonRequest('/shut'), body: large }],
          [403, { ...jsonRequest('/shut-later'), body: [large] }],
          [404, { path: '/nowhere' }],
          [405, { ...jsonRequest('/auth/echo'), method: 'PUT', body: large }],
          [413, { ...jsonRequest(), body: large }],
          [413, { ...jsonRequest(), body: [large] }],
          [415, { method: 'POST', path: '/auth/echo', body: 'hello' }],
          [422, { ...jsonRequest(), body: '{}' }],
        ] as const) {
          const answer = await app.send({ ...refused, agent });
          assert.deepEqual(
            [answer.status, answer.isReused],
            [status, isReused],
            JSON.stringify(refused).slice(0, 90),
          );
          const next = await app.send({ ...echoRequest('next'), agent });
          assert.deepEqual([next.json(), next.isReused], [{ text: 'next' }, true]);
          isReused = true;
        }
        agent.destroy();
      },
    },
    {
      name: 'requests sent without waiting are answered in order, each with its own verdict',
      async run({ start }) {
        const app = await start({
          mounts,
          pages: [
            { method: 'GET', path: '/ada', kind: 'identity', guard: later(allowing('ada')) },
            { method: 'GET', path: '/bob', kind: 'identity', guard: allowing('bob') },
            { method: 'GET', path: '/shut', kind: 'identity', guard: refusing },
          ],
        });
        const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: app\r\n`;
        const raw = await app.sendRaw(
          `${get('/ada')}\r\n${get('/shut')}\r\n${get('/auth/items/7')}\r\n${get('/bob')}Connection: close\r\n\r\n`,
        );
        const [, ...answers] = raw.split('HTTP/1.1 ');
        assert.equal(answers.length, 4);
        for (const [index, expected] of [/"ada"/, /^403/, /"id":"7"/, /"bob"/].entries()) {
          assert.match(answers[index] ?? '', expected);
        }
      },
    },
  ],
};
