import { postgresStores } from '@tessera-auth/adapters-postgres';
import { type StoresUnderTest, testStores } from '@tessera-auth/core/testing';
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import { afterAll, describe, inject, it, vi } from 'vitest';
import { createPool, freshSchema, openOnPool } from './support/fresh-stores.js';
import { insideTransactions } from './support/inside-transactions.js';

vi.setConfig({ testTimeout: 120_000 });

const pool = createPool(inject('postgresUrl'));
// The plugin would rename every column of ours, were it not left out.
const kysely = new Kysely({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] });
afterAll(() => pool.end());

const conforming = {
  offersTransaction: true,
  recordsRevocations: true,
  offersLog: true,
  offersSecondFactors: true,
  offersRoles: true,
  offersAudit: true,
  bulkSessions: 1000,
};

const openOnKysely =
  (isInside: boolean): StoresUnderTest['open'] =>
  async ({ clock }) => {
    const schema = freshSchema();
    const stores = postgresStores({ kysely, schema, clock, tablePrefix: 'auth_', audit: true });
    await stores.migrate();
    return {
      stores: isInside
        ? insideTransactions(stores, (work) =>
            kysely.transaction().execute((transaction) => work(stores.withTransaction(transaction))),
          )
        : stores,
      close: async () => {
        await pool.query(`drop schema ${schema} cascade`);
      },
    };
  };

testStores(
  { describe, it },
  { name: "Postgres stores on the app's Kysely, with plugins", ...conforming, open: openOnKysely(false) },
);

testStores(
  { describe, it },
  { name: 'Postgres stores inside Kysely transactions', ...conforming, open: openOnKysely(true) },
);

testStores(
  { describe, it },
  {
    name: 'Postgres stores inside transactions of a pg client',
    ...conforming,
    open: openOnPool(pool, (stores) =>
      insideTransactions(stores, async (work) => {
        const client = await pool.connect();
        try {
          await client.query('begin');
          const result = await work(stores.withTransaction(client));
          await client.query('commit');
          return result;
        } finally {
          client.release();
        }
      }),
    ),
  },
);
