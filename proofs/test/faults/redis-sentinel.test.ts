import {
  type RedisSentinel,
  type RedisSentinelOptions,
  type RedisServer,
  startRedisSentinel,
} from '@tessera-auth/test-services';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { itWithEveryFault } from './storm/every-fault.js';
import { expectSound } from './storm/expect-sound.js';
import { type DyingPrimary, loseLastSecond } from './storm/failover.js';
import { type RedisNodes, type RedisNodesOptions, startRedisNodes } from './storm/redis-nodes.js';
import { isGood, runStorm, type StormReport, type StormUnderWay } from './storm/storm.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let group: RedisSentinel;
let running: RedisNodes | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
  await group.stop();
});

/** As the README advises. */
function connect(): Redis {
  return new Redis({
    sentinels: group.sentinels.map(({ host, port }) => ({ host, port })),
    name: group.name,
    password: group.password,
    sentinelPassword: group.password,
    connectTimeout: 2_000,
    socketTimeout: 3_000,
    // One that was a primary a moment ago: ask the sentinels again.
    reconnectOnError: ({ message }) => /^(READONLY|NOREPLICAS)/.test(message),
  });
}

interface Surroundings {
  readonly servers?: RedisSentinelOptions;
  readonly stores?: RedisNodesOptions['stores'];
}

async function suffer(
  name: string,
  { servers = {}, stores = {} }: Surroundings,
  fault: (storm: StormUnderWay) => Promise<void>,
): Promise<StormReport> {
  group = await startRedisSentinel(servers);
  running = await startRedisNodes({ connect, stores });
  return runStorm({ name: `Redis Sentinel ${name}`, ...running, fault });
}

async function findPrimary(): Promise<RedisServer> {
  const primary = await group.findPrimary();
  if (primary === null) throw new Error('there is no primary');
  return primary;
}

function dying(primary: RedisServer, die: () => Promise<void>): DyingPrimary {
  const replicas = group.servers.filter(({ port }) => port !== primary.port);
  return { primary, replicas, password: group.password, die };
}

async function untilFailedOver(from: RedisServer): Promise<void> {
  await expect
    .poll(async () => (await group.findPrimary())?.port ?? from.port, { timeout: 60_000 })
    .not.toBe(from.port);
}

const confirmed: Surroundings = {
  servers: { settings: { 'min-replicas-to-write': '1', 'min-replicas-max-lag': '2' } },
  stores: { replicas: { atLeast: 1, within: '500ms' } },
};

describe('a storm of clients on a Redis with Sentinel', () => {
  itWithEveryFault('loses no more than the last second when the primary is killed', async () => {
    let atRisk = 0;
    const report = await suffer('primary killed', {}, async (storm) => {
      const primary = await findPrimary();
      atRisk = await loseLastSecond(
        storm,
        dying(primary, () => primary.kill()),
      );
      await untilFailedOver(primary);
    });
    expectSound(report, true);
    expect(report.lost + report.revived).toBeLessThanOrEqual(atRisk);
  });

  it('loses nothing when replicas confirm', async () => {
    const report = await suffer('primary killed, replicas confirm', confirmed, async (storm) => {
      const primary = await findPrimary();
      await loseLastSecond(
        storm,
        dying(primary, () => primary.kill()),
      );
      await untilFailedOver(primary);
    });
    expectSound(report);
  });

  itWithEveryFault('hears nothing from an old primary that thaws', async () => {
    const report = await suffer('primary frozen and thawed', confirmed, async (storm) => {
      const primary = await findPrimary();
      await loseLastSecond(
        storm,
        dying(primary, () => primary.freeze()),
      );
      await untilFailedOver(primary);
      await storm.untilEveryNodeAnswers('users at work', isGood, 100);
      await primary.thaw();
      await storm.untilEveryNodeAnswers('users at work', isGood, 100);
    });
    expectSound(report);
  });
});
