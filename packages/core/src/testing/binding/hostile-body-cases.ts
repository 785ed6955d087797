import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { maxBodyBytes } from '../../http/answer-route.js';
import type { BindingBench, BindingCase, BindingChapter } from './binding-case.js';
import {
  createEchoTable,
  type EchoTable,
  echoRequest,
  jsonRequest,
  later,
  refusing,
} from './binding-fixtures.js';
import { echoBodyOf } from './body-cases.js';
import type { TestClient } from './test-client.js';

interface EchoApp extends EchoTable {
  readonly app: TestClient;
}

async function startEcho({ start }: BindingBench): Promise<EchoApp> {
  const table = createEchoTable();
  return { ...table, app: await start({ mounts: [{ prefix: '', routes: table.routes }] }) };
}

/** The head of a raw request to the echo route, ready for more header lines. */
const rawHead =
  'POST /auth/echo HTTP/1.1\r\nHost: app\r\nConnection: close\r\nContent-Type: application/json\r\n';
const body = '{"text":"hello"}';

const lengths: readonly BindingCase[] = [
  {
    name: 'a chunked body that is too large is 413',
    async run(bench) {
      const { app, received } = await startEcho(bench);
      const text = echoBodyOf(maxBodyBytes + 1);
      const answer = await app.send({ ...jsonRequest(), body: [text.slice(0, 70), text.slice(70)] });
      assert.deepEqual([answer.status, answer.json().code], [413, 'body_too_large']);
      assert.equal((await app.send({ ...jsonRequest(), body: [echoBodyOf(maxBodyBytes)] })).status, 200);
      assert.equal(received.length, 1);
    },
  },
  {
    name: 'a body without end is 413 while it is still coming',
    async run(bench) {
      const { app } = await startEcho(bench);
      const endless = app.begin({ ...jsonRequest(), body: Buffer.alloc(maxBodyBytes + 1, ' ') });
      assert.equal((await endless.answer).status, 413);
      await endless.abort();
      assert.equal((await app.send(echoRequest('hello'))).status, 200);
    },
  },
  {
    name: 'a body that breaks off is never taken for a whole one, and the app goes on',
    async run(bench) {
      const { app, received } = await startEcho(bench);
      const headers = { ...jsonRequest().headers, 'content-length': '100' };
      for (const request of [jsonRequest(), { ...jsonRequest(), headers }]) {
        const cut = app.begin({ ...request, body });
        // The answer to a later request proves that the head of this one was read.
        assert.equal((await app.send(echoRequest('between'))).status, 200);
        await cut.abort();
        assert.equal((await app.send(echoRequest('after'))).status, 200);
      }
      await app.close();
      assert.deepEqual(received, ['between', 'after', 'between', 'after']);
    },
  },
  {
    name: 'two lengths, or a length and chunks, are 400 and reach nothing (request smuggling)',
    async run(bench) {
      const { app, received } = await startEcho(bench);
      for (const framing of [
        'Content-Length: 16\r\nContent-Length: 17\r\n',
        'Content-Length: 16\r\nTransfer-Encoding: chunked\r\n',
        'Transfer-Encoding: chunked, identity\r\n',
        'Content-Length: +16\r\n',
        'Content-Length: -1\r\n',
      ]) {
        assert.match(await app.sendRaw(`${rawHead}${framing}\r\n${body}`), /^HTTP\/1\.1 400 /, framing);
      }
      assert.deepEqual(received, []);
    },
  },
];

const contents: readonly BindingCase[] = [
  {
    name: 'a client that waits for 100 Continue is told to go on',
    async run(bench) {
      const { app } = await startEcho(bench);
      const raw = await app.sendRaw(
        `${rawHead}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      assert.match(raw, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    },
  },
  {
    name: 'another expectation is 417 and reaches nothing',
    async run(bench) {
      const { app, received } = await startEcho(bench);
      const raw = await app.sendRaw(
        `${rawHead}Expect: miracles\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      assert.match(raw, /^HTTP\/1\.1 417 /);
      assert.deepEqual(received, []);
    },
  },
  {
    name: 'bytes that are no UTF-8, and members that are there twice, are 400',
    async run(bench) {
      const { app, received } = await startEcho(bench);
      for (const hostile of [
        Buffer.from('{"text":"\xff"}', 'latin1'),
        Buffer.from('{"text":"\xc0\xaf"}', 'latin1'),
        Buffer.from('\ufeff{"text":"a"', 'utf16le'),
        '{"text":"a","text":"b"}',
        '{"text":"a","__proto__":{}}',
        '{"text":"\\u0000"}',
        '{"text":"\\ud800"}',
      ]) {
        assert.equal((await app.send({ ...jsonRequest(), body: hostile })).status, 400, String(hostile));
      }
      assert.deepEqual(received, []);
    },
  },
  {
    name: 'a compressed body is not unpacked',
    async run(bench) {
      const { app } = await startEcho(bench);
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      const answer = await app.send({ method: 'POST', path: '/auth/echo', headers, body: gzipSync(body) });
      assert.equal(answer.status, 400);
    },
  },
  {
    name: 'a guard refuses before the body is there',
    async run({ start }) {
      for (const guard of [refusing, later(refusing)]) {
        const app = await start({ pages: [{ method: 'POST', path: '/page', kind: 'identity', guard }] });
        const unfinished = app.begin({ ...jsonRequest('/page'), body: '{"text":' });
        assert.equal((await unfinished.answer).status, 403);
        await unfinished.abort();
      }
    },
  },
];

/** Bodies as attackers send them. Nobody but the binding reads them here. */
export const hostileBodyChapter: BindingChapter = {
  name: 'hostile bodies',
  cases: [...lengths, ...contents],
};
