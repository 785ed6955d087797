import { findView, type RedisClusterNode } from './redis-cluster-node.js';
import { waitUntil } from './wait-until.js';
import { withRedis } from './with-redis.js';

/** How many slots a cluster has. */
const slotCount = 16_384;

/**
 * Makes one cluster of empty nodes: every master gets its share of the slots, every replica its master.
 *
 * @param busPorts where the other nodes reach each node, in the order of `nodes`.
 */
export async function formRedisCluster(
  nodes: readonly RedisClusterNode[],
  busPorts: readonly number[],
): Promise<void> {
  await assignSlots(nodes.filter(({ initialRole }) => initialRole === 'master'));
  const [first, ...others] = nodes as [RedisClusterNode, ...RedisClusterNode[]];
  await withRedis(first.url, async (command) => {
    for (const [index, { port }] of others.entries()) {
      await command('CLUSTER', 'MEET', '127.0.0.1', port, busPorts[index + 1] as number);
    }
  });
  await Promise.all(nodes.map(followMaster));
  await untilHealthy(nodes);
}

/**
 * Waits until every node runs and knows every other one, all slots are served, and every replica has its master's data.
 *
 * @throws `Error` when that is not so within 30 s.
 */
export async function untilHealthy(nodes: readonly RedisClusterNode[]): Promise<void> {
  const replicas = nodes.filter(({ initialRole }) => initialRole === 'replica').length;
  await waitUntil('a Redis Cluster in which every node is well', async () => {
    const isWell = await Promise.all(nodes.map((node) => seesAllWell(node, nodes.length, replicas)));
    return isWell.every(Boolean);
  });
}

async function assignSlots(masters: readonly RedisClusterNode[]): Promise<void> {
  const bound = (index: number) => Math.round((slotCount * index) / masters.length);
  await Promise.all(
    masters.map(({ url }, index) =>
      withRedis(url, async (command) => {
        // Different from the start: masters of the same epoch take seconds to sort out who comes first.
        await command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
        await command('CLUSTER', 'ADDSLOTSRANGE', bound(index), bound(index + 1) - 1);
      }),
    ),
  );
}

async function followMaster(node: RedisClusterNode): Promise<void> {
  const master = node.initialMaster;
  if (master === null) return;
  await waitUntil('a replica that has met its master', async () => {
    const entry = (await findView(node))?.find(({ id }) => id === master.id);
    return entry?.flags.has('master') === true && !entry.flags.has('handshake');
  });
  await withRedis(node.url, (command) => command('CLUSTER', 'REPLICATE', master.id));
}

async function seesAllWell(
  node: RedisClusterNode,
  nodeCount: number,
  replicaCount: number,
): Promise<boolean> {
  const entries = (await findView(node)) ?? [];
  const faults = ['handshake', 'noaddr', 'fail?', 'fail'];
  const areLinked = entries.every(
    ({ flags, isLinked }) => (isLinked || flags.has('myself')) && !faults.some((fault) => flags.has(fault)),
  );
  const replicas = entries.filter(({ flags }) => flags.has('slave'));
  if (entries.length !== nodeCount || replicas.length !== replicaCount || !areLinked) return false;
  return withRedis(node.url, async (command) => {
    const cluster = String(await command('CLUSTER', 'INFO'));
    const isCovered =
      cluster.includes('cluster_state:ok') && cluster.includes(`cluster_slots_ok:${slotCount}\r`);
    const replication = String(await command('INFO', 'replication'));
    const isLinked = replication.includes('role:master') || replication.includes('master_link_status:up');
    return isCovered && isLinked;
  }).catch(() => false);
}
