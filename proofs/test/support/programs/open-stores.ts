import { postgresStores } from '@tessera-auth/adapters-postgres';
import { redisStores } from '@tessera-auth/adapters-redis';
import type { Clock, Stores } from '@tessera-auth/core/stores';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { NodeSettings } from '../nodes/node-app.js';

/** Stores on the real servers, on connections of their own. */
export interface OpenedStores {
  readonly stores: Stores;
  /** Deletes all that they hold. */
  deleteEverything(): Promise<void>;
  close(): Promise<void>;
}

/** A storm fills the pool: whoever waits there is no outage. */
const timeout = '60s';

/** Opens the stores of an app and brings their schema up to date, which several nodes do at once. */
export async function openStores(
  { name, store, postgresUrl, redisUrl, wakeUps }: NodeSettings,
  clock: Clock | undefined,
): Promise<OpenedStores> {
  const timed = clock === undefined ? {} : { clock };
  const pool = new pg.Pool({ connectionString: postgresUrl, max: 10 });
  pool.on('error', () => {});
  const postgres = postgresStores({ pool, schema: name, timeout, wakeUps, ...timed });
  await postgres.migrate();
  const dropSchema = async (): Promise<void> => {
    await pool.query(`drop schema ${name} cascade`);
  };
  if (store === 'postgres') {
    return { stores: postgres, deleteEverything: dropSchema, close: () => pool.end() };
  }

  const client = new Redis(redisUrl);
  const keyPrefix = `${name}:`;
  return {
    stores: { ...redisStores({ client, keyPrefix, timeout, ...timed }), users: postgres.users },
    async deleteEverything() {
      for await (const keys of client.scanStream({ match: `${keyPrefix}*`, count: 1000 })) {
        if (keys.length > 0) await client.unlink(keys);
      }
      await dropSchema();
    },
    async close() {
      await Promise.all([client.quit(), pool.end()]);
    },
  };
}
