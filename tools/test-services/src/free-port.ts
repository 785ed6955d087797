import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Ports are looked for here, in pairs. Below those that a kernel gives to whoever connects to something or listens on port 0, which
 * are 32768 and above on Linux and 49152 and above elsewhere: the one that was found stays free until a server is started on it.
 */
const firstPort = 20_000;
const pairCount = 6_000;

/**
 * A TCP port that nobody listens on at `host`, and that no other call of this function returns, in whatever process, while this
 * process lives: a server may be started on it later, and again after it has ended.
 */
export async function findFreePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < 1_000; tries++) {
    const port = firstPort + 2 * randomInt(pairCount);
    // Who listens on the second port of a pair has taken the first one.
    const claim = await listen(port + 1, '127.0.0.1');
    if (claim === null) continue;
    const probe = await listen(port, host);
    if (probe === null) {
      claim.close();
      continue;
    }
    claim.unref();
    probe.close();
    await once(probe, 'close');
    return port;
  }
  throw new Error(`no port is free from ${firstPort} to ${firstPort + 2 * pairCount}`);
}

/** So many different ones, as {@link findFreePort}. */
export async function findFreePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => findFreePort()));
}

/** `null` where somebody else listens. */
async function listen(port: number, host: string): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  try {
    await once(server.listen(port, host), 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
}
