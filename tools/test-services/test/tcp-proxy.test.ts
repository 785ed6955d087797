import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../src/index.js';

/** One end of a connection to an echo server. */
async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  await once(socket, 'connect');
  return socket;
}

async function echo(socket: Socket, text: string): Promise<unknown> {
  socket.write(text);
  return (await once(socket, 'data'))[0];
}

describe('startTcpProxy', () => {
  let echoServer: Server;
  let echoPort: number;
  let proxy: TcpProxy;
  const delays: number[] = [];
  const sockets: Socket[] = [];
  const open = async (port: number): Promise<Socket> => {
    const socket = await dial(port);
    sockets.push(socket);
    return socket;
  };

  beforeEach(async () => {
    echoServer = createServer((socket) => {
      socket.on('error', () => {}).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(echoServer, 'listening');
    echoPort = (echoServer.address() as AddressInfo).port;
    const delay = async (delayMs: number) => void delays.push(delayMs);
    proxy = await startTcpProxy(echoPort, { delay });
  });
  afterEach(async () => {
    delays.length = 0;
    for (const socket of sockets.splice(0)) socket.destroy();
    await proxy.close();
    echoServer.close();
  });

  it('passes everything on', async () => {
    const client = await open(proxy.port);
    expect(await echo(client, 'hello')).toBe('hello');
    expect(delays).toEqual([]);
  });

  it('puts itself into a URL and leaves the rest', () => {
    const url = proxy.urlFor('postgres://user:secret@127.0.0.1:5432/orders?sslmode=disable');
    expect(url).toBe(`postgres://user:secret@127.0.0.1:${proxy.port}/orders?sslmode=disable`);
  });

  it('breaks open and new connections when cut, until it is resumed', async () => {
    const client = await open(proxy.port);
    await echo(client, 'before');
    proxy.cut();
    expect(await once(client, 'error')).toMatchObject([{ code: 'ECONNRESET' }]);
    const refused = open(proxy.port).then((socket) => echo(socket, 'during'));
    await expect(refused).rejects.toMatchObject({ code: 'ECONNRESET' });
    proxy.resume();
    expect(await echo(await open(proxy.port), 'after')).toBe('after');
  });

  it('holds everything back while stalled and delivers it in order', async () => {
    const client = await open(proxy.port);
    await echo(client, 'before');
    const received: string[] = [];
    client.on('data', (text) => received.push(String(text)));
    proxy.stall();
    client.write('one');
    // Ten round trips past the proxy take longer than one through it would.
    const direct = await open(echoPort);
    for (let round = 0; round < 10; round += 1) await echo(direct, 'x');
    client.write('two');
    for (let round = 0; round < 10; round += 1) await echo(direct, 'x');
    expect(received).toEqual([]);
    proxy.resume();
    while (received.join('').length < 6) await once(client, 'data');
    expect(received.join('')).toBe('onetwo');
  });

  it('delays each way by the latency asked for', async () => {
    const client = await open(proxy.port);
    proxy.latency(250);
    expect(await echo(client, 'slow')).toBe('slow');
    expect(delays).toEqual([250, 250]);
  });

  it('tells a client that the server went away', async () => {
    const connection = once(echoServer, 'connection');
    const client = await open(proxy.port);
    const [upstream] = (await connection) as [Socket];
    const ended = once(client.resume(), 'end');
    upstream.destroy();
    await ended;
  });
});
