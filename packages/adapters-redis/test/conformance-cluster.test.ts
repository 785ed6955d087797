import { redisStores } from '@tessera-auth/adapters-redis';
import { memoryStores } from '@tessera-auth/core/stores';
import { createTestClock, sessionFixtures, testStores } from '@tessera-auth/core/testing';
import { type RedisServer, startRedis } from '@tessera-auth/test-services';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freshPrefix, listKeys } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 120_000 });

const { ada, createSession, ending, presentation, raising, windows } = sessionFixtures;

let server: RedisServer;
let node: Redis;
let cluster: Cluster;
beforeAll(async () => {
  // One server that has every slot: it refuses scripts whose keys are in different ones, as every Cluster does.
  const settings = { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' };
  server = await startRedis({ own: true, settings });
  node = new Redis(server.url);
  await node.call('cluster', 'addslotsrange', '0', '16383');
  await vi.waitFor(async () => expect(await node.cluster('INFO')).toContain('cluster_state:ok'), 10_000);
  const { hostname: host, port, password } = new URL(server.url);
  cluster = new Cluster([{ host, port: Number(port) }], { redisOptions: { password } });
});
afterAll(async () => {
  cluster.disconnect();
  node.disconnect();
  await server.stop();
});

testStores(
  { describe, it },
  {
    name: 'Redis stores on a Cluster client',
    recordsRevocations: true,
    offersLog: true,
    bulkSessions: 1000,
    async open({ clock }) {
      const stores = redisStores({ client: cluster, keyPrefix: freshPrefix(), clock });
      return {
        stores: { ...stores, users: memoryStores({ clock }).users },
        close: async () => {
          await node.flushall();
        },
      };
    },
  },
);

it('all that belongs to a user is in one slot', async () => {
  const clock = createTestClock();
  const keyPrefix = freshPrefix();
  const { sessions, revocations } = redisStores({ client: cluster, keyPrefix, clock });
  await createSession(sessions, 'phone');
  await createSession(sessions, 'laptop', { maxSessions: 1 });
  clock.advance(windows.floorMs);
  await sessions.rotate(presentation('laptop', 0));
  await sessions.end(ending('laptop'));
  await sessions.endAll({ ...ada, ...raising('c') });
  const keys = await listKeys(node, keyPrefix);
  // Two sessions, their index and devices, an epoch, a revoked session and a revoked user, and the log of the three.
  expect(keys.length).toBe(8);
  expect(new Set(await Promise.all(keys.map((key) => node.cluster('KEYSLOT', key)))).size).toBe(1);

  await sessions.endTenant({ tenantId: ada.tenantId, ...raising('c') });
  await revocations.add([{ kind: 'token', jti: 'j', until: new Date(clock.now() + 1000) }]);
  const all = await listKeys(node, keyPrefix);
  expect(all).toContain(`${keyPrefix}revoked:jwt:j`);
  // The slot of the user, of the tenant, of the token, and of the log that tells of the token.
  expect(new Set(await Promise.all(all.map((key) => node.cluster('KEYSLOT', key)))).size).toBe(4);
});

it('a session ends, is revoked and told to the log by one script', async () => {
  const { sessions } = redisStores({ client: cluster, keyPrefix: freshPrefix(), clock: createTestClock() });
  await createSession(sessions, 'phone');
  const monitor = await node.monitor();
  const seen: string[] = [];
  monitor.on('monitor', (_time: string, [command = '']: string[], source: string) => {
    seen.push(source === 'lua' ? `lua ${command.toLowerCase()}` : command.toLowerCase());
  });
  await sessions.end(ending('phone'));
  await node.echo('over');
  await vi.waitFor(() => expect(seen).toContain('echo'), 10_000);
  monitor.disconnect();
  const writes = ['hset', 'zrem', 'set', 'xadd'].map((command) => `lua ${command}`);
  expect(seen.filter((command) => writes.includes(command))).toEqual(writes);
  // The epoch of the tenant may lie on another server, so it is asked for first.
  expect(seen.filter((command) => !command.startsWith('lua ') && command !== 'echo')).toEqual([
    expect.stringMatching(/^eval/),
    expect.stringMatching(/^eval/),
  ]);
});
