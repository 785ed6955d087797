/**
 * ASVS 4.4.2, OWASP WebSocket cheat sheet, CVE-2018-14732 (webpack-dev-server), CVE-2023-0957 (Gitpod): a foreign page
 * opens a WebSocket with the victim's cookies, which no same-origin policy forbids, and reads all that it brings. Also: a socket
 * that stays open after its user was signed out, and clients that break the upgrade itself. Over loopback, with `ws`.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Identity, refuseUpgrade, type SocketEnd } from '@tessera-auth/core/http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { publicUrl } from '../auth-bench.js';
import { type Browser, createBrowser } from '../http/browser.js';
import { createHttpBench, type HttpBench } from '../http/http-bench.js';

let bench: HttpBench;
let victim: Browser;
let server: Server;
let sockets: WebSocketServer;
let ends: SocketEnd[];
/** What clients said, and whom the server took them for. */
let heard: [string, Identity | null][];
let clients: WebSocket[];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  bench = createHttpBench();
  victim = createBrowser(bench);
  await victim.register();
  [ends, heard, clients] = [[], [], []];
  sockets = new WebSocketServer({ noServer: true });
  server = createServer();
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const admitted = await bench.http.admitSocket(request);
    if (!admitted.isAdmitted) {
      refuseUpgrade(socket, admitted.response);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const unwatch = admitted.watch((reason) => {
        ends.push(reason);
        client.close(4401, reason);
      });
      client.on('close', unwatch);
      client.on('message', (data: RawData) => {
        heard.push([String(data), admitted.identity()]);
        client.send('secret');
      });
    });
  };
  server.on('upgrade', (...upgraded) => void upgrade(...upgraded));
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(async () => {
  for (const client of clients) client.terminate();
  for (const client of sockets.clients) client.terminate();
  sockets.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  vi.useRealTimers();
});

const port = () => (server.address() as AddressInfo).port;

/** What becomes of a page's `new WebSocket`: `open`, or the answer. */
async function openFrom(headers: Readonly<Record<string, string>>, path = '/live') {
  const client = new WebSocket(`ws://127.0.0.1:${port()}${path}`, { headers });
  clients.push(client);
  return new Promise<{ client: WebSocket | null; status: number; body: string }>((resolve, reject) => {
    client.on('error', reject);
    client.on('open', () => resolve({ client, status: 101, body: '' }));
    client.on('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ client: null, status: response.statusCode ?? 0, body }));
    });
  });
}

async function cookieOf(browser: Browser): Promise<string> {
  return (await browser.headers()).cookie ?? '';
}

async function openOwn(): Promise<WebSocket> {
  const { client } = await openFrom({ origin: publicUrl, cookie: await cookieOf(victim) });
  if (client === null) throw new Error('refused');
  return client;
}

describe('a page that opens a socket with the cookies of the victim', () => {
  it('is let in when it is the own page of the app', async () => {
    const client = await openOwn();
    client.send('hello');
    const [answer] = await once(client, 'message');
    expect(String(answer)).toBe('secret');
    expect(heard).toMatchObject([['hello', { amr: ['pwd'] }]]);
  });

  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['a sibling host', { origin: 'https://blog.example.com', 'sec-fetch-site': 'same-site' }],
    ['a lookalike host', { origin: 'https://app.example.com.evil.example' }],
    ['the plain-http twin', { origin: 'http://app.example.com' }],
    ['another port', { origin: 'https://app.example.com:8443' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['nowhere', {}],
    ['nowhere, by Fetch metadata alone', { 'sec-fetch-site': 'same-origin' }],
    ['another site that claims to be none', { origin: 'https://evil.example', 'sec-fetch-site': 'none' }],
    ['a page that names the app elsewhere', { origin: 'https://evil.example', referer: `${publicUrl}/` }],
  ])('is refused unheard from %s', async (_page, headers) => {
    bench.watched.forgetCalls();
    const { status, body } = await openFrom({ ...headers, cookie: await cookieOf(victim) });
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ code: 'csrf_refused' });
    expect(bench.watched.calls).toEqual([]);
    expect(sockets.clients.size).toBe(0);
  });

  it('gets nothing by a second access cookie that a sibling host has planted', async () => {
    const cookie = `${await cookieOf(victim)}; __Host-access=eyJ`;
    const { status, body } = await openFrom({ origin: publicUrl, cookie });
    expect([status, JSON.parse(body).code]).toEqual([400, 'cookie_ambiguous']);
  });
});

it('no token is taken from a URL, where logs keep it, nor from a subprotocol, which is sent back', async () => {
  const { accessToken } = await bench.signIn();
  const { status, body } = await openFrom({}, `/live?access_token=${accessToken}`);
  expect([status, JSON.parse(body).code]).toEqual([400, 'token_in_url']);
  const other = await openFrom({ 'sec-websocket-protocol': accessToken });
  expect([other.status, JSON.parse(other.body).code]).toEqual([401, 'credentials_missing']);
});

describe('a socket of somebody who was signed out', () => {
  it("is closed with the reason, and what is said meanwhile is nobody's", async () => {
    const client = await openOwn();
    // An attacker's client need not answer the close.
    client.pause();
    await victim.send({ method: 'POST', url: '/auth/logout' });
    await vi.advanceTimersByTimeAsync(500);
    expect(ends).toEqual(['revoked']);
    client.send('one more thing');
    await vi.waitFor(() => expect(heard).toEqual([['one more thing', null]]), 10_000);
    client.resume();
    const [code, reason] = await once(client, 'close');
    expect([code, String(reason)]).toEqual([4401, 'revoked']);
  });
});

describe('a client that breaks the upgrade', () => {
  const upgrade = ['GET /live HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket'].join('\r\n');

  it('by a reset while it is being asked about ends no process', async () => {
    const failures: unknown[] = [];
    const note = (error: unknown) => failures.push(error);
    process.on('uncaughtException', note);
    try {
      const cookie = await cookieOf(victim);
      const held = bench.watched.hold('revocations.isRevoked');
      const gone = new Promise((resolve) =>
        server.once('connection', (connection) => connection.once('close', resolve)),
      );
      const attacker = connectTcp(port(), '127.0.0.1');
      attacker.on('error', () => {});
      attacker.write(`${upgrade}\r\nOrigin: ${publicUrl}\r\nCookie: ${cookie}\r\n\r\n`);
      await held.reached;
      attacker.resetAndDestroy();
      await gone;
      held.release();
      await openOwn();
      expect(failures).toEqual([]);
    } finally {
      process.off('uncaughtException', note);
    }
  });

  it('by not closing its side after a refusal keeps no connection', async () => {
    const attacker = connectTcp({ port: port(), host: '127.0.0.1', allowHalfOpen: true });
    attacker.write(`${upgrade}\r\n\r\n`);
    let answer = '';
    attacker.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    await once(attacker, 'end');
    expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    expect(answer).toContain('\r\nconnection: close\r\n');
    await vi.waitFor(async () => expect(await countConnections()).toBe(0), 10_000);
    attacker.destroy();
  });
});

function countConnections(): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
}
