export type { RedisClient, RedisNode } from './connection/redis-client.js';
export { type RedisStores, type RedisStoresOptions, redisStores } from './redis-stores.js';
