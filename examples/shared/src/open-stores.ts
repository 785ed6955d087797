import { type PostgresStores, postgresStores } from '@tessera-auth/adapters-postgres';
import { type RedisStores, redisStores } from '@tessera-auth/adapters-redis';
import { createMemoryAuditStore, memoryStores, type Stores } from '@tessera-auth/core';
import { Pool } from 'pg';
import { connectRedis } from './connect-redis.js';
import { startEmbeddedPostgres } from './embedded-postgres/start-embedded-postgres.js';
import type { Environment } from './environment.js';

/** Stores that are ready, and what ends them. */
export interface OpenStores<S = Stores> {
  readonly stores: S;
  close(): Promise<void>;
}

/**
 * The stores that the environment asks for, with their schema up to date.
 *
 * @throws `Error` that says what is wrong with the database.
 */
export async function openStores(
  { store, databaseUrl, redisUrl }: Pick<Environment, 'store' | 'databaseUrl' | 'redisUrl'>,
  dataFolder: string,
): Promise<OpenStores> {
  if (store === 'memory')
    return { stores: { ...memoryStores(), audit: createMemoryAuditStore() }, close: async () => {} };
  const postgres = databaseUrl === null ? await openOwnPostgres(dataFolder) : await openPostgres(databaseUrl);
  if (redisUrl === null) return postgres;

  try {
    const redis = await openRedis(redisUrl);
    return {
      stores:
        store === 'redis'
          ? { ...redis.stores, ...accountsOf(postgres.stores) }
          : mix(postgres.stores, redis.stores),
      async close() {
        await redis.close();
        await postgres.close();
      },
    };
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

/** What no Redis shall lose. */
function accountsOf({
  users,
  secondFactors,
  roles,
  audit,
}: PostgresStores): Pick<Stores, 'users' | 'secondFactors' | 'roles' | 'audit'> {
  return { users, ...(secondFactors && { secondFactors }), ...(roles && { roles }), ...(audit && { audit }) };
}

/** Accounts and sessions where nothing is lost; in Redis what is asked for often, or soon forgotten. */
function mix(postgres: PostgresStores, { revocations, oneTimeTokens, rateLimits }: RedisStores): Stores {
  return {
    ...postgres,
    revocations,
    oneTimeTokens,
    rateLimits,
  };
}

async function openOwnPostgres(dataFolder: string): Promise<OpenStores<PostgresStores>> {
  const server = await startEmbeddedPostgres(dataFolder);
  try {
    const { stores, close } = await openPostgres(server.url);
    return { stores, close: () => close().then(server.stop) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openPostgres(url: string): Promise<OpenStores<PostgresStores>> {
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // Without a listener a database that goes away would stop the process. The pool connects anew by itself.
  pool.on('error', ({ name }) => console.error(`a database connection was lost (${name})`));
  try {
    const stores = postgresStores({ pool, audit: true });
    await stores.migrate();
    const problems = await stores.checkSchema();
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
    return { stores, close: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function openRedis(url: string): Promise<OpenStores<RedisStores>> {
  const client = connectRedis(url);
  const stores = redisStores({ client, keyPrefix: 'employees:' });
  const close = async (): Promise<void> => client.disconnect();
  try {
    await stores.check();
    return { stores, close };
  } catch (error) {
    await close();
    throw error;
  }
}
