import { postgresStores } from '@tessera-auth/adapters-postgres';
import { memoryStores, type Stores } from '@tessera-auth/core';
import { Pool } from 'pg';
import { startEmbeddedPostgres } from './embedded-postgres/start-embedded-postgres.js';
import type { Environment } from './environment.js';

/** Stores that are ready, and what ends them. */
export interface OpenStores {
  readonly stores: Stores;
  close(): Promise<void>;
}

/**
 * The stores that the environment asks for, with their schema up to date.
 *
 * @throws `Error` that says what is wrong with the database.
 */
export async function openStores(
  { store, databaseUrl }: Pick<Environment, 'store' | 'databaseUrl'>,
  dataFolder: string,
): Promise<OpenStores> {
  if (store === 'memory') return { stores: memoryStores(), close: async () => {} };
  if (databaseUrl !== null) return openPostgres(databaseUrl);

  const server = await startEmbeddedPostgres(dataFolder);
  const close = async ({ close }: Pick<OpenStores, 'close'>) => {
    await close();
    await server.stop();
  };
  try {
    const opened = await openPostgres(server.url);
    return { stores: opened.stores, close: () => close(opened) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openPostgres(url: string): Promise<OpenStores> {
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // Without a listener a database that goes away would stop the process. The pool connects anew by itself.
  pool.on('error', ({ name }) => console.error(`a database connection was lost (${name})`));
  try {
    const stores = postgresStores({ pool });
    await stores.migrate();
    const problems = await stores.checkSchema();
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
    return { stores, close: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw error;
  }
}
