import { findView, type RedisClusterNode } from './redis-cluster-node.js';
import { waitUntil } from './wait-until.js';
import { withRedis } from './with-redis.js';

/** How many slots a cluster has. */
export const slotCount = 16_384;

/** A node, and the port on which the other nodes reach it. */
export interface ClusterMember {
  readonly node: RedisClusterNode;
  readonly busPort: number;
}

/** Makes one cluster of empty nodes: every master gets its share of the slots, every replica its master. */
export async function formRedisCluster(members: readonly ClusterMember[]): Promise<void> {
  const nodes = members.map(({ node }) => node);
  await assignSlots(nodes.filter(({ initialRole }) => initialRole === 'master'));
  const [first, ...others] = members as [ClusterMember, ...ClusterMember[]];
  await withRedis(first.node.url, async (command) => {
    for (const { node, busPort } of others) await command('CLUSTER', 'MEET', '127.0.0.1', node.port, busPort);
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
