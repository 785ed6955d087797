import { setTimeout as delay } from 'node:timers/promises';
import { type RedisServer, startRedis, startTcpProxy, type TcpProxy } from '@tessera-auth/test-services';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { cutConnections } from './storm/cut-connections.js';
import { itWithEveryFault } from './storm/every-fault.js';
import { expectSound } from './storm/expect-sound.js';
import { type RedisNodes, type RedisNodesOptions, startRedisNodes } from './storm/redis-nodes.js';
import { isGood, isOutage, runStorm, type StormReport, type StormUnderWay } from './storm/storm.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let server: RedisServer;
let proxy: TcpProxy;
let direct: Redis;
let running: RedisNodes | null = null;
beforeAll(async () => {
  // One of its own, to break. What was answered is on the disk.
  server = await startRedis({ own: true, settings: { appendfsync: 'always' } });
  proxy = await startTcpProxy(server.port);
  direct = new Redis(server.url);
  direct.on('error', () => {});
});
afterEach(async () => {
  proxy.resume();
  await running?.close();
  running = null;
});
afterAll(async () => {
  direct.disconnect();
  await proxy.close();
  await server.stop();
});

type Fault = (storm: StormUnderWay) => Promise<void>;

async function suffer(
  name: string,
  fault: Fault,
  options: Partial<RedisNodesOptions> = {},
): Promise<StormReport> {
  running = await startRedisNodes({ connect: () => new Redis(proxy.urlFor(server.url)), ...options });
  return runStorm({ name: `Redis ${name}`, ...running, fault });
}

describe('a storm of clients on Redis', () => {
  it('survives a crash of the server', async () => {
    const report = await suffer('killed and restarted', async (storm) => {
      await server.kill();
      await storm.untilEveryNodeAnswers('outages', isOutage, 20);
      await server.restart();
    });
    expectSound(report);
  });

  itWithEveryFault('survives a server that is frozen', async () => {
    const report = await suffer('frozen', async (storm) => {
      await server.freeze();
      await Promise.all([delay(3_500), storm.untilEveryNodeAnswers('outages', isOutage, 20)]);
      await server.thaw();
    });
    expectSound(report);
  });

  itWithEveryFault('survives connections that are cut in the middle of commands', async () => {
    const report = await suffer('cut 20 times', (storm) => cutConnections(proxy, storm));
    expectSound(report);
  });

  itWithEveryFault('survives a network that takes 5 s', async () => {
    const fault: Fault = async (storm) => {
      proxy.latency(5_000);
      await Promise.all([delay(6_000), storm.untilEveryNodeAnswers('outages', isOutage, 20)]);
      proxy.resume();
    };
    // What is still on its way must not arrive after the next rotation but one.
    expectSound(await suffer('5 s away', fault, { rotationFloor: '6s' }));
  });

  it('reads and refuses writes while the memory is full', async () => {
    let checked = 0;
    const report = await suffer('out of memory', async (storm) => {
      await direct.config('SET', 'maxmemory', '1');
      await storm.untilEveryNodeAnswers('outages', isOutage, 20);
      const before = storm.count(isGood);
      await delay(2_000);
      checked = storm.count(isGood) - before;
      await direct.config('SET', 'maxmemory', '0');
    });
    expectSound(report);
    expect(checked).toBeGreaterThan(0);
  });

  itWithEveryFault('forgets sessions with an operator who empties it, and no revocation', async () => {
    let ended: readonly { readonly id: string; readonly userId: string }[] = [];
    const report = await suffer('restarted empty', async (storm) => {
      // A node that was told to end a session tells the others through the log.
      const knownToAll = performance.now() - 1_000;
      ended = storm.sessions().filter(({ end }) => end !== null && end.atMs < knownToAll);
      await direct.flushall();
      storm.oracle.noteEmptied();
      await server.kill();
      await storm.untilEveryNodeAnswers('outages', isOutage, 5);
      const untilMs = performance.now();
      storm.oracle.forgive('revived', { fromMs: knownToAll, untilMs });
      storm.oracle.forgive('lost', { fromMs: 0, untilMs });
      await server.restart();
    });
    expectSound(report, true);
    expect(report.lost).toBeGreaterThan(0);
    expect(ended.length).toBeGreaterThan(0);
    // Whoever holds no copy finds what the nodes have given back.
    const answers = await Promise.all(ended.map(({ id, userId }) => isRevokedInStore(id, userId)));
    expect(answers.filter((isRevoked) => !isRevoked)).toEqual([]);
  });
});

async function isRevokedInStore(sessionId: string, userId: string): Promise<boolean> {
  const subject = {
    jti: 'none',
    sessionId,
    userId,
    tenantId: '',
    userEpoch: 0,
    tenantEpoch: 0,
    rolesVersion: 0,
  };
  return (await running?.stores[0]?.revocations.isRevoked(subject)) === true;
}
