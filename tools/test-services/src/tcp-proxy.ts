import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** Stands between a client and a server on 127.0.0.1, and misbehaves on command. */
export interface TcpProxy {
  /** Connect here instead of to the server. */
  readonly port: number;
  /** `url` with the proxy's host and port. */
  urlFor(url: string): string;
  /** Breaks every connection; new ones are reset at once until {@link resume}. */
  cut(): void;
  /** Keeps every connection open, old and new, and passes nothing on until {@link resume}. */
  stall(): void;
  /** Ends {@link cut}, {@link stall} and {@link latency}. What was stalled is delivered, in order. */
  resume(): void;
  /** Delays everything that passes by `delayMs`, each way. */
  latency(delayMs: number): void;
  /** Breaks every connection and stops listening. */
  close(): Promise<void>;
}

/** What a test may replace. */
export interface TcpProxyOptions {
  /** Waits that many milliseconds. Default: really. */
  readonly delay?: (delayMs: number) => Promise<void>;
}

/** Starts a proxy in front of `127.0.0.1:targetPort`. */
export async function startTcpProxy(
  targetPort: number,
  { delay = (delayMs) => wait(delayMs) }: TcpProxyOptions = {},
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let delayMs = 0;
  let gate = Promise.resolve();
  let openGate: (() => void) | null = null;

  const holdBack = async (): Promise<void> => {
    if (delayMs > 0) await delay(delayMs);
    await gate;
  };
  const passage = (): Transform =>
    new Transform({
      transform(chunk, _encoding, callback) {
        holdBack().then(() => callback(null, chunk), callback);
      },
    });

  const server = createServer({ noDelay: true }, (client) => {
    if (isCut) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    breakTogether(pipeline(client, passage(), upstream), client, upstream);
    breakTogether(pipeline(upstream, passage(), client), client, upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const breakAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };

  return {
    port,
    urlFor(url) {
      const proxied = new URL(url);
      proxied.host = `127.0.0.1:${port}`;
      return proxied.href;
    },
    cut() {
      isCut = true;
      breakAll();
    },
    stall() {
      if (openGate !== null) return;
      gate = new Promise((resolve) => {
        openGate = resolve;
      });
    },
    resume() {
      isCut = false;
      delayMs = 0;
      openGate?.();
      openGate = null;
    },
    latency(newDelayMs) {
      delayMs = newDelayMs;
    },
    async close() {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An end or an error of either side is passed on to the other, as a real network would. */
function breakTogether(flow: Promise<void>, ...sockets: readonly Socket[]): void {
  flow.catch(() => {
    for (const socket of sockets) socket.resetAndDestroy();
  });
}
