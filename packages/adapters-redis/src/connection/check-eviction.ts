import { findNodes, type RedisClient } from './redis-client.js';

/**
 * Insists on servers that never evict a key: an evicted revocation would let a revoked token in, an evicted epoch would
 * bring sessions back to life. Replicas count, for they become primaries.
 *
 * INFO and not CONFIG, which hosted Redis keeps to itself.
 *
 * @throws `Error` in words for the one who runs the server.
 */
export async function checkEviction(client: RedisClient): Promise<void> {
  const nodes = await findNodes(client, 'all');
  const policies = await Promise.all(
    nodes.map(
      async (node) => /^maxmemory_policy:(\S+)/m.exec(String(await node.call('info', ['memory'])))?.[1],
    ),
  );
  if (policies.length === 0) throw new Error('Redis: no server is known yet');
  const wrong = policies.find((policy) => policy !== 'noeviction');
  if (policies.every((policy) => policy === 'noeviction')) return;
  throw new Error(
    `Redis has maxmemory-policy ${wrong ?? 'unknown'}, which may drop revocations: set noeviction, or allowEviction: true`,
  );
}
