export type { RedisClient, RedisNode, RedisPipeline } from './connection/redis-client.js';
export {
  type RedisReplicas,
  type RedisStores,
  type RedisStoresOptions,
  redisStores,
} from './redis-stores.js';
