import { randomBytes } from 'node:crypto';
import { formRedisCluster, untilHealthy } from './form-redis-cluster.js';
import { findFreePorts } from './free-port.js';
import { provideProgram } from './provide-server.js';
import { findMaster, type RedisClusterNode } from './redis-cluster-node.js';
import {
  durableSettings,
  type RedisServer,
  redisProgram,
  startRedisProcesses,
  stopTogether,
} from './redis-process.js';
import { beginSlotMove, type RedisSlotMove } from './redis-slot-move.js';
import { withRedis } from './with-redis.js';

/** What kind of Redis Cluster a test wants. */
export interface RedisClusterOptions {
  /** Default 3: with fewer there is no failover, since a majority of them must agree to it. */
  readonly masters?: number;
  /** Default 1. */
  readonly replicasPerMaster?: number;
  /** Lines of the configuration of every node, such as `{ 'cluster-require-full-coverage': 'yes' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running Redis Cluster, every node of which may be killed, frozen and brought back. */
export interface RedisCluster {
  /** All masters, and then all replicas. */
  readonly nodes: readonly RedisClusterNode[];
  /** Of every node. */
  readonly password: string;
  /** Of every node, in the order of `nodes`. */
  readonly urls: readonly string[];
  /** The node that serves a slot (0 to 16383) now, or `null` while there is none, as during a failover. */
  findMaster(slot: number): Promise<RedisClusterNode | null>;
  /**
   * Moves a slot with its keys to another master; clients may go on reading and writing. Resolves when every node that
   * answers knows it.
   */
  moveSlot(slot: number, to: RedisClusterNode): Promise<void>;
  /** See {@link beginSlotMove}. */
  beginSlotMove(slot: number, to: RedisClusterNode): Promise<RedisSlotMove>;
  /** See {@link untilHealthy}. */
  untilHealthy(): Promise<void>;
  /** Ends every node and deletes the data. Calling it again does nothing. */
  stop(): Promise<void>;
}

/** A failover takes this long and one to two seconds more. Shorter, and a busy machine looks like a dead one. */
const nodeTimeoutMs = 1_500;

/**
 * Starts a real, empty Redis Cluster of `redis-server` or `valkey-server` from PATH, else of what the package manager
 * installs; Redis 7 or later. Resolves when all slots are served and every replica has its master's data.
 *
 * A write that was answered survives {@link OwnedServer.kill} of its node, but not always a failover to its replica:
 * that takes `WAIT`.
 *
 * @throws `Error` that says what to install when there is no way to have one.
 */
export async function startRedisCluster({
  masters = 3,
  replicasPerMaster = 1,
  settings = {},
}: RedisClusterOptions = {}): Promise<RedisCluster> {
  const program = await provideProgram(redisProgram);
  const password = randomBytes(24).toString('base64url');
  const size = masters * (1 + replicasPerMaster);
  const ports = await findFreePorts(2 * size);
  const urls = ports.slice(0, size).map((port) => `redis://:${password}@127.0.0.1:${port}`);
  // Not 10,000 above the port, as usual, where there may be none.
  const busPorts = ports.slice(size);
  const plans = urls.map((url, index) => ({
    url,
    settings: { ...clusterSettings(password), 'cluster-port': String(busPorts[index]), ...settings },
  }));

  const servers = await startRedisProcesses(program, plans);
  try {
    const nodes = await describeNodes(servers, masters);
    await formRedisCluster(nodes, busPorts);
    return {
      nodes,
      password,
      urls,
      findMaster: (slot) => findMaster(nodes, slot),
      moveSlot: async (slot, to) => (await beginSlotMove(nodes, slot, to)).finish(),
      beginSlotMove: (slot, to) => beginSlotMove(nodes, slot, to),
      untilHealthy: () => untilHealthy(nodes),
      stop: () => stopTogether(nodes),
    };
  } catch (error) {
    await stopTogether(servers);
    throw error;
  }
}

function clusterSettings(password: string): Record<string, string> {
  return {
    ...durableSettings,
    requirepass: password,
    masterauth: password,
    'repl-diskless-sync-delay': '0',
    'cluster-enabled': 'yes',
    'cluster-announce-ip': '127.0.0.1',
    'cluster-node-timeout': String(nodeTimeoutMs),
    // What a dead master does not serve must not take the other slots along.
    'cluster-require-full-coverage': 'no',
    // However long a replica was without its master, it may take over.
    'cluster-replica-validity-factor': '0',
  };
}

async function describeNodes(
  servers: readonly RedisServer[],
  masterCount: number,
): Promise<RedisClusterNode[]> {
  const ids = await Promise.all(
    servers.map(({ url }) => withRedis(url, (command) => command('CLUSTER', 'MYID'))),
  );
  const nodes: RedisClusterNode[] = [];
  for (const [index, server] of servers.entries()) {
    const initialMaster = index < masterCount ? null : (nodes[index % masterCount] as RedisClusterNode);
    const initialRole = initialMaster === null ? 'master' : 'replica';
    nodes.push({ ...server, id: String(ids[index]), initialRole, initialMaster });
  }
  return nodes;
}
