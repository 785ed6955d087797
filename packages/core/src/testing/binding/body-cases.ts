import assert from 'node:assert/strict';
import { maxBodyBytes } from '../../http/answer-route.js';
import type { BindingCase, BindingChapter, ParserPlace } from './binding-case.js';
import { allowing, createEchoTable, echoRequest, jsonRequest, plainRoutes } from './binding-fixtures.js';

/** The JSON text `{"text":"…"}` of this many bytes. */
export function echoBodyOf(lengthBytes: number): string {
  const frame = JSON.stringify({ text: '' });
  return JSON.stringify({ text: 'x'.repeat(lengthBytes - frame.length) });
}

/** Cases that hold wherever the app's own parsers stand. */
function casesFor(parsers: ParserPlace): readonly BindingCase[] {
  /** A parser of the app that comes first may refuse what it cannot read itself, and says 400 for it. */
  const requireStatus = (status: number, expected: number, input: string): void => {
    const isHostsRefusal = parsers === 'before' && status === 400;
    assert.ok(status === expected || isHostsRefusal, `${input}: ${status}, expected ${expected}`);
  };
  return [
    {
      name: 'a JSON body arrives, with its length or chunked, also when a character is cut in two',
      async run({ start }) {
        const { routes, received } = createEchoTable();
        const app = await start({ mounts: [{ prefix: '', routes }], parsers });
        const bytes = Buffer.from(JSON.stringify({ text: 'Grüße 👋' }));
        const cut = bytes.indexOf(Buffer.from('👋')) + 2;
        await app.send({ ...jsonRequest(), body: bytes });
        await app.send({ ...jsonRequest(), body: [bytes.subarray(0, cut), bytes.subarray(cut)] });
        assert.deepEqual(received, ['Grüße 👋', 'Grüße 👋']);
      },
    },
    {
      name: 'a route answers under a prefix too',
      async run({ start }) {
        const app = await start({ mounts: [{ prefix: '/api', routes: createEchoTable().routes }], parsers });
        assert.deepEqual((await app.send(echoRequest('hello', '/api/auth/echo'))).json(), { text: 'hello' });
      },
    },
    {
      name: 'anything but JSON is 415, and the route does not run',
      async run({ start }) {
        const { routes, received } = createEchoTable();
        const app = await start({ mounts: [{ prefix: '', routes }], parsers });
        const body = JSON.stringify({ text: 'hello' });
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'application/octet-stream',
          'application/ld+json',
          'application/jsonp',
          'application/json; charset=utf-16',
          'application/json, text/plain',
          'text/plain; application/json',
          'application/json\t; charset=utf-8',
          'application/json;',
          'application/json; version=1',
          'application /json',
          'nonsense',
        ]) {
          const answer = await app.send({
            method: 'POST',
            path: '/auth/echo',
            headers: { 'content-type': type },
            body,
          });
          requireStatus(answer.status, 415, type);
        }
        assert.equal(
          (await app.send({ method: 'POST', path: '/auth/echo', body })).status,
          415,
          'none at all',
        );
        assert.deepEqual(received, []);
      },
    },
    {
      name: 'a body where none belongs is 415 unless it is JSON',
      async run({ start }) {
        const app = await start({ mounts: [{ prefix: '', routes: plainRoutes }], parsers });
        for (const type of ['text/plain', 'nonsense']) {
          const headers = { 'content-type': type };
          assert.equal(
            (await app.send({ method: 'POST', path: '/auth/leave', headers, body: 'x' })).status,
            415,
            type,
          );
        }
        assert.equal((await app.send({ ...jsonRequest('/auth/leave'), body: '{}' })).status, 204);
      },
    },
    {
      name: 'malformed, empty and wrong input is refused with the status of each',
      async run({ start }) {
        const { routes, received } = createEchoTable();
        const app = await start({ mounts: [{ prefix: '', routes }], parsers });
        for (const [body, status] of [
          ['{"text":', 400],
          ['"hello"', 422],
          ['[]', 422],
          ['', 422],
          ['{}', 422],
          ['{"text":1}', 422],
          ['{"text":"a","more":1}', 422],
        ] as const) {
          requireStatus((await app.send({ ...jsonRequest(), body })).status, status, body);
        }
        assert.deepEqual(received, []);
      },
    },
    {
      name: 'the largest body is accepted and one byte more is 413',
      async run({ start }) {
        const app = await start({ mounts: [{ prefix: '', routes: createEchoTable().routes }], parsers });
        assert.equal((await app.send({ ...jsonRequest(), body: echoBodyOf(maxBodyBytes) })).status, 200);
        const answer = await app.send({ ...jsonRequest(), body: echoBodyOf(maxBodyBytes + 1) });
        assert.deepEqual([answer.status, answer.json().code], [413, 'body_too_large']);
      },
    },
  ];
}

/** What mounted routes read is theirs; what they do not read stays the app's. */
function pageCase(parsers: ParserPlace): BindingCase {
  return {
    name: "the app's own pages get their bodies as the app parses them",
    async run({ start }) {
      const app = await start({
        mounts: [{ prefix: '', routes: createEchoTable().routes }],
        pages: [{ method: 'POST', path: '/page', kind: 'echo', guard: allowing('ada') }],
        parsers,
      });
      const json = await app.send({ ...jsonRequest('/page'), body: echoBodyOf(maxBodyBytes + 1000) });
      assert.equal(json.text, `{"body":${echoBodyOf(maxBodyBytes + 1000)}}`);
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const form = await app.send({ method: 'POST', path: '/page', headers, body: 'a=1&b=2' });
      assert.deepEqual(form.json(), { body: { a: '1', b: '2' } });
    },
  };
}

/** Request bodies, for each place of the app's parsers. */
export const bodyChapters: readonly BindingChapter[] = (['none', 'before', 'after'] as const).map(
  (parsers) => ({
    name: `bodies, with the app's parsers: ${parsers}`,
    cases: parsers === 'none' ? casesFor(parsers) : [...casesFor(parsers), pageCase(parsers)],
  }),
);
