import { randomBytes } from 'node:crypto';
import { type RedisStores, type RedisStoresOptions, redisStores } from '@tessera-auth/adapters-redis';
import type { Stores } from '@tessera-auth/core/stores';
import { memoryStores } from '@tessera-auth/core/stores';
import type { StoresUnderTest } from '@tessera-auth/core/testing';
import type {} from '@tessera-auth/test-services';
import { Redis, type RedisOptions } from 'ioredis';

/** A key prefix that no other test uses. */
export function freshPrefix(): string {
  return `t_${randomBytes(8).toString('hex')}:`;
}

/** A client as an app has it. */
export function createClient(url: string, options: RedisOptions = {}): Redis {
  const client = new Redis(url, { retryStrategy: () => 20, ...options });
  // Connections that are broken on purpose.
  client.on('error', () => {});
  return client;
}

/** Long, so that a busy machine is no outage. */
const timeout = '30s';

/** Stores under a prefix of their own, with accounts in memory. */
export function freshStores(options: RedisStoresOptions): Stores & Pick<RedisStores, 'check'> {
  const redis = redisStores({ keyPrefix: freshPrefix(), timeout, ...options });
  const { clock } = options;
  return {
    ...redis,
    users: memoryStores(clock === undefined ? {} : { clock }).users,
    check: redis.check,
  };
}

/** All keys under a prefix. */
export async function listKeys(client: Redis, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of client.scanStream({ match: `${prefix}*`, count: 1000 })) keys.push(...page);
  return keys;
}

/** How the conformance suite opens stores: a prefix per case, emptied after it. */
export function openOn(client: Redis): StoresUnderTest['open'] {
  return async ({ clock }) => {
    const keyPrefix = freshPrefix();
    return {
      stores: { ...redisStores({ client, keyPrefix, clock, timeout }), users: memoryStores({ clock }).users },
      close: async () => {
        const keys = await listKeys(client, keyPrefix);
        while (keys.length > 0) await client.unlink(keys.splice(0, 1000));
      },
    };
  };
}
