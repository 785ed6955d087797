import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  connect,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { keepCookies, keepHeaders, type Review, respondJson, reviewAnswer } from '@tessera-auth/core/http';
import { createKeptConnection, createTestClient } from '@tessera-auth/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

const instead = respondJson(500, { withheld: true }, { cookies: ['gone=; Max-Age=0'] });
const withhold: Review = (status) => (status >= 400 ? null : instead);

type Handler = (response: ServerResponse, request: IncomingMessage) => unknown;

/** A client of a server whose answers are reviewed, with what its handlers threw. */
async function start(handle: Handler, review: Review = withhold) {
  const thrown: unknown[] = [];
  const server = createServer((request, response) => {
    response.setHeader('x-before', 'yes');
    response.setHeader('set-cookie', 'before=1');
    reviewAnswer(response, review);
    Promise.resolve(response)
      .then((reviewed) => handle(reviewed, request))
      .catch((error: unknown) => thrown.push(error));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  return { client: createTestClient((server.address() as AddressInfo).port, close), thrown };
}

const planted = {
  'x-planted': 'planted',
  etag: '"planted"',
  'content-length': '7',
  'set-cookie': 'planted=1',
};

describe('nothing of an answer is sent that is withheld', () => {
  it.each<[string, Handler]>([
    ['end', (response) => response.end('planted')],
    ['end without a body', (response) => response.end()],
    [
      'end with headers set before',
      (response) => {
        for (const [name, value] of Object.entries(planted)) response.setHeader(name, value);
        response.end('planted');
      },
    ],
    [
      'write and end',
      (response) => {
        response.write('plan');
        response.write(Buffer.from('ted'), 'utf8', () => {});
        response.end();
      },
    ],
    ['writeHead by hand', (response) => response.writeHead(200, planted).end('planted')],
    ['writeHead with words', (response) => response.writeHead(200, 'planted', planted).end('planted')],
    [
      'writeHead with a list',
      (response) => response.writeHead(200, ['x-planted', 'planted', 'content-length', '7']).end('planted'),
    ],
    [
      'writeHead with what is no number',
      (response) => response.writeHead('200' as never, planted).end('planted'),
    ],
    [
      'flushHeaders',
      (response) => {
        response.setHeader('x-planted', 'planted');
        response.flushHeaders();
        response.end('planted');
      },
    ],
    ['204', (response) => response.writeHead(204).end()],
    [
      '304',
      (response) => {
        response.statusCode = 304;
        response.end();
      },
    ],
    ['a redirect', (response) => response.writeHead(303, { location: '/planted' }).end()],
    [
      'words for the status',
      (response) => {
        response.statusMessage = 'planted';
        response.end();
      },
    ],
    ['a stream', (response) => Readable.from(['plan', 'ted']).pipe(response)],
    [
      'chunks and trailers',
      (response) => {
        response.setHeader('trailer', 'x-planted');
        response.addTrailers({ 'x-planted': 'planted' });
        response.write('planted');
        response.end();
      },
    ],
  ])('%s', async (_how, handle) => {
    const { client, thrown } = await start(handle);
    const agent = createKeptConnection();
    onTestFinished(() => agent.destroy());
    for (const isReused of [false, true]) {
      const answer = await client.send({ path: '/', agent });
      expect(answer).toMatchObject({ status: 500, text: instead.body, isReused });
      expect(answer.headers).toMatchObject({ 'x-before': 'yes', 'content-length': '17' });
      expect(answer.cookies).toEqual(['before=1', 'gone=; Max-Age=0']);
      expect(JSON.stringify(answer.headers)).not.toContain('planted');
    }
    expect(thrown).toEqual([]);
    const raw = await client.sendRaw('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(raw).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/);
    expect(raw).not.toContain('planted');
    const head = await client.sendRaw('HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 500 .+\r\n\r\n$/s);
    expect(head).not.toContain('planted');
  });

  it('and whoever waits for it goes on', async () => {
    const done: string[] = [];
    const { client, thrown } = await start(async (response) => {
      await new Promise<void>((resolve) => void response.write('planted', () => resolve()));
      done.push('written');
      await new Promise<void>((resolve) => void response.end('planted', 'utf8', resolve));
      done.push('ended');
    });
    expect((await client.send({ path: '/' })).text).toBe(instead.body);
    const again = await client.send({ path: '/' });
    expect(again.status).toBe(500);
    expect(done.slice(0, 2)).toEqual(['written', 'ended']);
    expect(thrown).toEqual([]);
  });

  it('and an endless source is told that nobody listens', async () => {
    let isDestroyed = false;
    const endless = () =>
      new Readable({
        read() {
          setImmediate(() => this.push('planted'));
        },
        destroy(error, done) {
          isDestroyed = true;
          done(error);
        },
      });
    const { client, thrown } = await start((response) => pipeline(endless(), response));
    expect((await client.send({ path: '/' })).text).toBe(instead.body);
    await expect.poll(() => isDestroyed).toBe(true);
    expect(thrown).toMatchObject([{ code: 'ERR_STREAM_PREMATURE_CLOSE' }]);
  });
});

describe('what stays', () => {
  it('are cookies and headers of guards, whenever they came', async () => {
    const { client } = await start((response) => {
      keepCookies(response, ['late=1']);
      keepHeaders(response, { 'x-late': 'yes', vary: 'Origin' });
      keepHeaders(response, { vary: 'Cookie' });
      response.writeHead(200, planted).end('planted');
    });
    const answer = await client.send({ path: '/' });
    expect(answer.cookies).toEqual(['late=1', 'before=1', 'gone=; Max-Age=0']);
    expect(answer.headers).toMatchObject({ 'x-late': 'yes', vary: 'Origin, Cookie' });
  });

  it('is a failure of the app itself, and an answer whose head is out', async () => {
    let isAsked = 0;
    const { client } = await start(
      (response) => {
        response.writeHead(404, { 'x-own': 'yes' }).write('no');
        response.statusCode = 200;
        response.end('thing');
      },
      (status) => {
        isAsked += 1;
        return withhold(status, null);
      },
    );
    expect(await client.send({ path: '/' })).toMatchObject({ status: 404, text: 'nothing' });
    expect(isAsked).toBe(1);
  });

  it('is what comes after an attempt that Node refused', async () => {
    const { client } = await start((response) => {
      expect(() => response.writeHead(404, { 'x-bad': 'a\nb' })).toThrow();
      response.statusCode = 200;
      response.end('planted');
    });
    expect(await client.send({ path: '/' })).toMatchObject({ status: 500, text: instead.body });
  });
});

it('the inner review looks before the outer one', async () => {
  const { client } = await start((response) => {
    reviewAnswer(response, (status, route) => respondJson(503, { status, route }), { findRoute: () => '/a' });
    response.setHeader('x-planted', 'planted');
    response.end('planted');
  });
  const answer = await client.send({ path: '/' });
  expect([answer.status, answer.json()]).toEqual([503, { status: 200, route: '/a' }]);
  expect(answer.headers['x-planted']).toBeUndefined();
});

describe('over HTTP/2', () => {
  it.each<[string, string, (response: Http2ServerResponse) => unknown]>([
    ['end', 'GET', (response) => response.end('planted')],
    ['writeHead', 'GET', (response) => response.writeHead(200, { 'x-planted': 'planted' }).end('planted')],
    ['a stream', 'GET', (response) => Readable.from(['plan', 'ted']).pipe(response)],
    ['HEAD', 'HEAD', (response) => response.end('planted')],
  ])('%s is withheld as well', async (_how, method, handle) => {
    const server = createHttp2Server((_request: Http2ServerRequest, response: Http2ServerResponse) => {
      response.setHeader('x-before', 'yes');
      reviewAnswer(response, withhold);
      handle(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => session.destroy());
    const stream = session.request({ ':path': '/', ':method': method });
    const [headers] = await once(stream, 'response');
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(headers).toMatchObject({ ':status': 500, 'x-before': 'yes', 'content-length': '17' });
    expect(JSON.stringify(headers)).not.toContain('planted');
    expect(text).toBe(method === 'HEAD' ? '' : instead.body);
  });
});
