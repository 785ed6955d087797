/** What is used of one Redis server's connection. */
export interface RedisNode {
  /** Sends any command. */
  call(command: string, args: string[]): Promise<unknown>;
}

/** What is used of an ioredis client, version 5 or 6: a `Redis`, by Sentinel or not, or a `Cluster`. */
export interface RedisClient extends RedisNode {
  /** True on a `Cluster`. */
  readonly isCluster?: boolean;
  /** The servers of a `Cluster`. */
  nodes?(role: 'all' | 'master'): readonly RedisNode[];
  /** As ioredis shows them; only looked at. */
  readonly options?: { readonly keyPrefix?: string | undefined };
}

/** The servers behind a client; of a Cluster once it has found them. */
export async function findNodes(client: RedisClient, role: 'all' | 'master'): Promise<readonly RedisNode[]> {
  if (client.isCluster !== true || client.nodes === undefined) return [client];
  if (client.nodes(role).length === 0) await client.call('ping', []);
  return client.nodes(role);
}
