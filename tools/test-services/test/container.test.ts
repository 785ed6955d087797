import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { hasContainerEngine, startContainer } from '../src/container.js';
import { findFreePort } from '../src/free-port.js';

const hasEngine = await hasContainerEngine();
if (!hasEngine)
  process.stderr.write('NOT TESTED: servers in containers, since "docker info" does not answer here\n');

/** Asks once, without waiting for a server that is away. */
async function ask(port: number, ...[name, ...args]: [string, ...string[]]): Promise<unknown> {
  const client = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    commandTimeout: 5_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.call(name, ...args);
  } finally {
    client.disconnect();
  }
}

describe.skipIf(!hasEngine)('startContainer', () => {
  it('keeps port and data through a kill, answers nothing while frozen, and is gone after stop', async () => {
    const port = await findFreePort();
    const isReady = () =>
      ask(port, 'ping').then(
        (answer) => answer === 'PONG',
        () => false,
      );
    const args = ['--appendonly', 'yes'];
    const server = await startContainer({
      image: 'redis:7-alpine',
      port,
      innerPort: 6379,
      env: {},
      args,
      isReady,
    });

    await ask(port, 'set', 'survivor', 'here');
    await server.kill();
    expect(await isReady()).toBe(false);
    await server.restart();
    expect(await ask(port, 'get', 'survivor')).toBe('here');

    await server.freeze();
    expect(await isReady()).toBe(false);
    await server.thaw();
    expect(await isReady()).toBe(true);

    await server.stop();
    expect(await isReady()).toBe(false);
  }, 300_000);
});
