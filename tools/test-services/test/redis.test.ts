import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../src/index.js';
import { withRedis } from '../src/with-redis.js';

function command(url: string, ...[name, ...args]: [string, ...string[]]): Promise<unknown> {
  return withRedis(url, (ask) => ask(name, ...args));
}

describe('startRedis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ own: true, settings: { maxmemory: '50mb' } });
  });
  afterAll(() => server?.stop());

  it('runs a real server with the settings asked for', async () => {
    expect(await command(server.url, 'config', 'get', 'maxmemory')).toEqual([
      'maxmemory',
      String(50 * 1024 ** 2),
    ]);
  });

  it('refuses a caller without the password', async () => {
    await expect(command(`redis://127.0.0.1:${server.port}`, 'get', 'x')).rejects.toThrow(/NOAUTH/);
  });

  it('keeps its port and every answered write through a kill', async () => {
    await command(server.url, 'set', 'survivor', 'here');
    await server.kill();
    await expect(command(server.url, 'get', 'survivor')).rejects.toThrow();
    await server.restart();
    expect(await command(server.url, 'get', 'survivor')).toBe('here');
  });

  it('answers nothing while frozen, and then goes on', async () => {
    await server.freeze();
    await expect(withRedis(server.url, (ask) => ask('ping'), 500)).rejects.toThrow();
    await server.thaw();
    expect(await command(server.url, 'ping')).toBe('PONG');
  });
});
