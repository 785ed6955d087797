import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisSentinel, type RedisServer, startRedisSentinel } from '../src/index.js';
import { waitUntil } from '../src/wait-until.js';
import { withRedis } from '../src/with-redis.js';

async function ask({ url }: { readonly url: string }, name: string, ...args: string[]): Promise<unknown> {
  return withRedis(url, (command) => command(name, ...args)).catch((error: Error) => error.message);
}

describe('startRedisSentinel', () => {
  let group: RedisSentinel;
  let client: Redis;
  beforeAll(async () => {
    group = await startRedisSentinel({ settings: { maxmemory: '50mb' } });
    const { name, password } = group;
    client = new Redis({ sentinels: [...group.sentinels], name, password, sentinelPassword: password });
    // It reconnects by itself; what it meets on the way is no failure.
    client.on('error', () => {});
  });
  afterAll(async () => {
    client?.disconnect();
    await group?.stop();
  });

  const requirePrimary = async (): Promise<RedisServer> => {
    const primary = await group.findPrimary();
    if (primary === null) throw new Error('no primary');
    return primary;
  };

  it('runs real servers with the settings asked for', async () => {
    const answers = await Promise.all(
      group.servers.map((server) => ask(server, 'CONFIG', 'GET', 'maxmemory')),
    );
    expect(answers).toEqual(group.servers.map(() => ['maxmemory', String(50 * 1024 ** 2)]));
  });

  it('refuses a caller without the password', async () => {
    const strangers = [...group.servers, ...group.sentinels].map(({ port }) => `redis://127.0.0.1:${port}`);
    const answers = await Promise.all(strangers.map((url) => ask({ url }, 'CLIENT', 'ID')));
    expect(answers).toEqual(strangers.map(() => expect.stringContaining('NOAUTH')));
  });

  it('replaces a killed primary; a client goes on, and the old one comes back as a replica', async () => {
    const killed = await requirePrimary();
    await client.set('survivor', 'here');
    expect(await client.wait(2, 5_000)).toBe(2);
    await killed.kill();
    await waitUntil('a new primary', async () => ![null, killed].includes(await group.findPrimary()), 20_000);
    expect(await client.get('survivor')).toBe('here');
    expect(await client.set('afterwards', 'there')).toBe('OK');
    expect(await ask(await requirePrimary(), 'GET', 'afterwards')).toBe('there');

    await killed.restart();
    await waitUntil(
      'the old primary to follow',
      async () => (await ask(killed, 'GET', 'afterwards')) === 'there',
    );
    expect(await ask(killed, 'ROLE')).toEqual(
      expect.arrayContaining(['slave', (await requirePrimary()).port]),
    );
  }, 90_000);
});

describe('a Redis Sentinel that was stopped', () => {
  it('has left nothing running, however its servers were', async () => {
    const group = await startRedisSentinel({ replicas: 1, sentinels: 1 });
    const all = [...group.servers, ...group.sentinels];
    await group.servers[0]?.freeze();
    await group.servers[1]?.kill();
    await group.stop();
    await group.stop();
    for (const server of all) await expect(server.restart()).rejects.toThrow(/was stopped/);
    expect(await Promise.all(all.map((server) => ask(server, 'PING')))).toEqual(
      all.map(() => 'Connection is closed.'),
    );
    expect(await group.findPrimary()).toBeNull();
  });
});
