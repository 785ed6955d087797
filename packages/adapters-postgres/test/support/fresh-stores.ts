import { randomBytes } from 'node:crypto';
import {
  type PgPool,
  type PostgresStores,
  type PostgresStoresOptions,
  postgresStores,
} from '@tessera-auth/adapters-postgres';
import type { OpenedStores, StoresUnderTest } from '@tessera-auth/core/testing';
import type {} from '@tessera-auth/test-services';
import pg from 'pg';

/** A statement as a pool gets it. */
export interface SentStatement {
  readonly text: string;
  readonly values: unknown[];
}

/** A schema name that no other test uses. */
export function freshSchema(): string {
  return `t_${randomBytes(8).toString('hex')}`;
}

/** A pool as an app has it. */
export function createPool(url: string, config: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 10, ...config });
  // Connections that are broken on purpose while idle.
  pool.on('error', () => {});
  return pool;
}

/** A pool, and every statement that was sent on it. */
export function recordStatements(pool: pg.Pool): { readonly pool: PgPool; readonly sent: SentStatement[] } {
  const sent: SentStatement[] = [];
  const recording: PgPool = {
    async connect() {
      const client = await pool.connect();
      return {
        query: (query) => {
          sent.push(query);
          return client.query(query);
        },
        on: client.on.bind(client),
        off: client.off.bind(client),
        release: client.release.bind(client),
      };
    },
  };
  return { pool: recording, sent };
}

/** Long, so that a busy machine is no outage. */
const timeout = '30s';

/** Stores in a schema of their own, migrated. */
export async function freshStores(
  pool: pg.Pool,
  options: Omit<PostgresStoresOptions, 'pool' | 'kysely' | 'pglite'> = {},
): Promise<PostgresStores> {
  const stores = postgresStores({ pool, schema: freshSchema(), timeout, ...options });
  await stores.migrate();
  return stores;
}

/** How the conformance suite opens stores on a pool: a schema per case, dropped after it. */
export function openOnPool(
  pool: pg.Pool,
  wrap: (stores: PostgresStores) => OpenedStores['stores'] = (stores) => stores,
): StoresUnderTest['open'] {
  return async ({ clock }) => {
    const schema = freshSchema();
    const stores = postgresStores({ pool, schema, clock, timeout, wakeUps: true, audit: true });
    await stores.migrate();
    return {
      stores: wrap(stores),
      close: async () => {
        await pool.query(`drop schema ${schema} cascade`);
      },
    };
  };
}
