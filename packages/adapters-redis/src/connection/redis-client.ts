/** What is used of one Redis server's connection. */
export interface RedisNode {
  /** Sends any command. */
  call(command: string, args: string[]): Promise<unknown>;
}

/** What is used of a pipeline. */
export interface RedisPipeline {
  /** For each command its error or its answer. */
  exec(): Promise<readonly (readonly [error: Error | null, answer?: unknown])[] | null>;
}

/** What is used of an ioredis client, version 5 or 6: a `Redis`, by Sentinel or not, or a `Cluster`. */
export interface RedisClient extends RedisNode {
  /** True on a `Cluster`. */
  readonly isCluster?: boolean;
  /** Sends commands in one go over one connection, in a Cluster to the server of their keys. Needed for `replicas`. */
  pipeline?(commands: string[][]): RedisPipeline;
  /** The servers of a `Cluster`. */
  nodes?(role: 'all' | 'master'): readonly RedisNode[];
  /** As ioredis shows them; only looked at. */
  readonly options?: { readonly keyPrefix?: string | undefined };
}

/** The servers behind a client; of a Cluster once it has found them. */
export async function findNodes(client: RedisClient, role: 'all' | 'master'): Promise<readonly RedisNode[]> {
  if (client.isCluster !== true || client.nodes === undefined) return [client];
  // While it is still finding them, it names those that it is about to leave.
  await client.call('ping', []);
  return client.nodes(role);
}
