import { setTimeout as delay } from 'node:timers/promises';
import { type RedisCluster, type RedisClusterNode, startRedisCluster } from '@tessera-auth/test-services';
import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { itWithEveryFault } from './storm/every-fault.js';
import { expectSound } from './storm/expect-sound.js';
import { type DyingPrimary, loseLastSecond } from './storm/failover.js';
import { type RedisNodes, startRedisNodes } from './storm/redis-nodes.js';
import { isGood, isOutage, runStorm, type StormReport, type StormUnderWay } from './storm/storm.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let cluster: RedisCluster;
let running: RedisNodes;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
beforeEach(async () => {
  running = await startRedisNodes({ connect });
});
afterEach(() => running.close());
afterAll(() => cluster.stop());

/** As the README advises. */
function connect(): Cluster {
  return new Cluster(
    cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    {
      slotsRefreshInterval: 1_000,
      redisOptions: { password: cluster.password, connectTimeout: 2_000, socketTimeout: 3_000 },
    },
  );
}

function suffer(name: string, fault: (storm: StormUnderWay) => Promise<void>): Promise<StormReport> {
  return runStorm({ name: `Redis Cluster ${name}`, ...running, fault });
}

/** The slot with the most sessions, and its master. */
async function findBusiestSlot(): Promise<{ readonly slot: number; readonly master: RedisClusterNode }> {
  const client = connect();
  try {
    const counts = new Map<string, number>();
    await client.set('ready', '1');
    for (const node of client.nodes('master')) {
      for await (const keys of node.scanStream({ match: 'tessera:{*}:session:*', count: 1000 })) {
        for (const key of keys as string[]) {
          const tag = key.slice(0, key.indexOf('}') + 1);
          counts.set(tag, (counts.get(tag) ?? 0) + 1);
        }
      }
    }
    const [busiest = ''] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
    const slot = await client.cluster('KEYSLOT', busiest);
    return { slot, master: (await cluster.findMaster(slot)) as RedisClusterNode };
  } finally {
    client.disconnect();
  }
}

async function findOtherMaster(slot: number): Promise<RedisClusterNode> {
  const current = await cluster.findMaster(slot);
  for (const other of [0, 8_000, 16_383]) {
    const master = await cluster.findMaster(other);
    if (master !== null && master.id !== current?.id) return master;
  }
  throw new Error('there is only one master');
}

function dying(primary: RedisClusterNode, die: () => Promise<void>): DyingPrimary {
  // Those that had the same data when the cluster was made: after a failover the roles are exchanged.
  const familyOf = (node: RedisClusterNode): string => node.initialMaster?.id ?? node.id;
  const replicas = cluster.nodes.filter(
    (node) => node.id !== primary.id && familyOf(node) === familyOf(primary),
  );
  return { primary, replicas, password: cluster.password, die };
}

async function untilFailedOver(slot: number, from: RedisClusterNode): Promise<void> {
  await expect
    .poll(async () => (await cluster.findMaster(slot))?.id ?? from.id, { timeout: 60_000 })
    .not.toBe(from.id);
}

describe('a storm of clients on a Redis Cluster', () => {
  it('survives a slot that moves, and one that has moved half-way', async () => {
    const report = await suffer('slot moved', async (storm) => {
      const { slot } = await findBusiestSlot();
      const move = await cluster.beginSlotMove(slot, await findOtherMaster(slot));
      await storm.untilEveryNodeAnswers('users at work', isGood, 100);
      await move.finish();
      await cluster.moveSlot(slot, move.from);
    });
    expectSound(report);
  });

  itWithEveryFault('loses no more than the last second when a master is killed', async () => {
    let atRisk = 0;
    const report = await suffer('master killed', async (storm) => {
      const { slot, master } = await findBusiestSlot();
      atRisk = await loseLastSecond(
        storm,
        dying(master, () => master.kill()),
      );
      await untilFailedOver(slot, master);
      await master.restart();
    });
    expectSound(report, true);
    expect(report.lost + report.revived).toBeLessThanOrEqual(atRisk);
    await cluster.untilHealthy();
  });

  itWithEveryFault(
    'loses no more than the last second when a master is frozen, and thaws after the failover',
    async () => {
      let atRisk = 0;
      const report = await suffer('master frozen', async (storm) => {
        const { slot, master } = await findBusiestSlot();
        atRisk = await loseLastSecond(
          storm,
          dying(master, () => master.freeze()),
        );
        await Promise.all([
          delay(3_500),
          storm.untilEveryNodeAnswers('outages', isOutage, 5),
          untilFailedOver(slot, master),
        ]);
        await storm.untilEveryNodeAnswers('users at work', isGood, 50);
        await master.thaw();
      });
      expectSound(report, true);
      expect(report.lost + report.revived).toBeLessThanOrEqual(atRisk);
      await cluster.untilHealthy();
    },
  );
});
