import { Cluster, type ClusterNode, Redis } from 'ioredis';

/** Where a Redis Cluster is: `redis-cluster://user:password@host:port,host:port`, with the same password everywhere. */
const clusterUrl = /^redis-cluster:\/\/(?:(?<user>[^:@/,]*):(?<password>[^:@/,]+)@)?(?<nodes>[^@/]+)$/;

/** Whether {@link connectRedis} can read it. */
export function isRedisUrl(url: string): boolean {
  if (url.startsWith('redis-cluster:')) return findClusterNodes(url) !== null;
  return URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol) && new URL(url).hostname !== '';
}

/** A client of one server, `redis://` or with TLS `rediss://`, or of a Cluster, which connects anew by itself. */
export function connectRedis(url: string): Redis | Cluster {
  const client = createClient(url);
  // Told once for each loss: it tries again many times.
  let isLost = false;
  client.on('error', ({ name, code }: NodeJS.ErrnoException) => {
    if (!isLost) console.error(`a Redis connection was lost (${code ?? name})`);
    isLost = true;
  });
  client.on('ready', () => {
    isLost = false;
  });
  return client;
}

function createClient(url: string): Redis | Cluster {
  const nodes = findClusterNodes(url);
  // A primary that became a replica refuses writes; the address may lead to the new one by now.
  if (nodes === null)
    return new Redis(url, { reconnectOnError: ({ message }) => message.startsWith('READONLY') });
  const { user = '', password = '' } = clusterUrl.exec(url)?.groups ?? {};
  return new Cluster([...nodes], {
    redisOptions: {
      ...(user !== '' && { username: decodeURIComponent(user) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
    },
  });
}

/** The servers to ask first, or `null` when this is not the URL of a Cluster. */
function findClusterNodes(url: string): readonly ClusterNode[] | null {
  const hosts = clusterUrl.exec(url)?.groups?.nodes?.split(',') ?? [];
  const nodes = hosts.map((host) => /^(?<host>[^:]+|\[[\da-f:]+\]):(?<port>\d{1,5})$/i.exec(host)?.groups);
  if (nodes.length === 0 || nodes.includes(undefined)) return null;
  return nodes.map((node) => ({ host: node?.host?.replace(/[[\]]/g, '') ?? '', port: Number(node?.port) }));
}
