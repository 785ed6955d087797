import { type RedisStores, type RedisStoresOptions, redisStores } from '@tessera-auth/adapters-redis';
import { type Duration, memoryStores, type UserStore } from '@tessera-auth/core/stores';
import type { Cluster, Redis } from 'ioredis';
import { type StormNode, startStormNode } from './storm-node.js';

/** Nodes that keep everything but accounts in Redis, each with a client of its own. */
export interface RedisNodes {
  readonly nodes: readonly StormNode[];
  /** Of the nodes, in their order. */
  readonly stores: readonly RedisStores[];
  readonly users: UserStore;
  close(): Promise<void>;
}

export interface RedisNodesOptions {
  readonly connect: () => Redis | Cluster;
  readonly stores?: Pick<RedisStoresOptions, 'replicas'>;
  /** Default `'3s'`. */
  readonly rotationFloor?: Duration;
}

/** Starts two nodes. The accounts are in the memory of this process: only Redis is to fail. */
export async function startRedisNodes(options: RedisNodesOptions): Promise<RedisNodes> {
  const { connect, rotationFloor = '3s' } = options;
  const accounts = memoryStores();
  const clients = [connect(), connect()];
  for (const client of clients) client.on('error', () => {});
  const stores = clients.map((client) => redisStores({ client, timeout: '2s', ...options.stores }));
  const nodes = await Promise.all(
    stores.map((each) => startStormNode({ stores: { ...each, users: accounts.users }, rotationFloor })),
  );
  return {
    ...{ nodes, stores, users: accounts.users },
    async close() {
      await Promise.all(nodes.map((node) => node.close()));
      for (const client of clients) client.disconnect();
    },
  };
}
