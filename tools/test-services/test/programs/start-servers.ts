import { startPostgres, startRedis, startRedisCluster, startRedisSentinel } from '../../src/index.js';

const [postgres, redis, cluster, sentinel] = await Promise.all([
  startPostgres({ own: true }),
  startRedis({ own: true }),
  startRedisCluster({ masters: 1 }),
  startRedisSentinel({ replicas: 1, sentinels: 1 }),
]);
const servers = [postgres, redis, ...cluster.nodes, ...sentinel.servers, ...sentinel.sentinels];
console.log(JSON.stringify(servers.map(({ port }) => port)));
// Lives until it is killed.
setInterval(() => {}, 60_000);
