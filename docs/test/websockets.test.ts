import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { findSection, listBlocks, readPage } from './support/pages.js';
import { type RunningServer, runServer } from './support/run-server.js';

/** What the page takes for granted. */
const before = `
import { createAuth, createHttpAuth, memoryStores } from '@tessera-auth/core';
import { mount } from '@tessera-auth/express';
import express from 'express';
const auth = createAuth({
  publicUrl: 'http://localhost:' + process.env.PORT,
  secret: process.env.AUTH_SECRET ?? '',
  stores: memoryStores(),
  emailVerification: 'off',
});
const http = createHttpAuth(auth);
const app = express().use(mount(http.routes));
`;

const person = { email: 'ada@example.com', password: 'Lamp-Ferry-Walnut-71' };
let server: RunningServer;

function serve(heading: string, name: string): void {
  beforeAll(async () => {
    const [block] = listBlocks(findSection(readPage('docs/guide/websockets.md'), heading));
    server = await runServer(name, before + block?.code, {
      AUTH_SECRET: randomBytes(48).toString('base64'),
    });
  });
  afterAll(() => server?.stop());
}

const own = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };

/** A browser that has just registered or signed in. */
async function enter(): Promise<{ cookie: string; userId: string }> {
  const send = (path: string) =>
    fetch(server.url + path, { method: 'POST', headers: own, body: JSON.stringify(person) });
  const registered = await send('/auth/register');
  const response = registered.ok ? registered : await send('/auth/login');
  const cookies = response.headers.getSetCookie().map((line) => line.split(';')[0]);
  const { user } = (await response.json()) as { user: { id: string } };
  return { cookie: cookies.join('; '), userId: user.id };
}

async function signOut(cookie: string): Promise<void> {
  const csrf = await fetch(`${server.url}/auth/csrf`, { headers: { cookie } });
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const headers = { ...own, cookie, 'x-csrf-token': csrfToken };
  expect((await fetch(`${server.url}/auth/logout`, { method: 'POST', headers })).status).toBe(204);
}

describe('the page with ws', () => {
  serve('## With ws', 'websockets-ws');
  const open = (headers: Record<string, string>) =>
    new WebSocket(server.url.replace('http', 'ws'), { headers });

  it('lets the own page in, and closes the socket once its user has signed out', async () => {
    const { cookie, userId } = await enter();
    const socket = open({ cookie, origin: server.url });
    await once(socket, 'open');
    socket.send('hello');
    expect(String((await once(socket, 'message'))[0])).toBe(`${userId} says hello`);
    const closed = once(socket, 'close');
    await signOut(cookie);
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([4401, 'revoked']);
  });

  it.each([
    ['a foreign page', 'https://evil.example', 403],
    ['somebody who has not signed in', null, 401],
  ])('refuses %s', async (_who, origin, status) => {
    const { cookie } = await enter();
    const socket = open(origin === null ? { origin: server.url } : { cookie, origin });
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(status);
    socket.terminate();
  });
});

describe('the page with Socket.IO', () => {
  serve('## With Socket.IO', 'websockets-socket-io');
  const open = (headers: Record<string, string>, transport: 'websocket' | 'polling' = 'websocket') =>
    io(server.url, { transports: [transport], extraHeaders: headers, reconnection: false, forceNew: true });
  const next = <T>(socket: Socket, event: string): Promise<T> =>
    new Promise((resolve) => socket.once(event, resolve));

  it('lets the own page in, and closes the socket once its user has signed out', async () => {
    const { cookie, userId } = await enter();
    const socket = open({ cookie, origin: server.url });
    await next(socket, 'connect');
    socket.emit('say', 'hello');
    expect(await next(socket, 'said')).toBe(`${userId} says hello`);
    const closed = next<string>(socket, 'disconnect');
    await signOut(cookie);
    expect(await closed).toBe('transport close');
    const again = open({ cookie, origin: server.url });
    await next(again, 'connect_error');
  });

  it('refuses a foreign page, and polling', async () => {
    const { cookie } = await enter();
    for (const socket of [
      open({ cookie, origin: 'https://evil.example' }),
      open({ cookie, origin: server.url }, 'polling'),
    ]) {
      await next(socket, 'connect_error');
      expect(socket.connected).toBe(false);
      socket.close();
    }
  });
});
