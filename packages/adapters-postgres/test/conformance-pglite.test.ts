import { PGlite } from '@electric-sql/pglite';
import { postgresStores } from '@tessera-auth/adapters-postgres';
import { testStores } from '@tessera-auth/core/testing';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { freshSchema } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 120_000 });

let pglite: PGlite;
beforeAll(async () => {
  pglite = await PGlite.create();
});
afterAll(() => pglite.close());

testStores(
  { describe, it },
  {
    name: 'Postgres stores on PGlite',
    offersTransaction: true,
    recordsRevocations: true,
    offersLog: true,
    offersSecondFactors: true,
    offersRoles: true,
    offersAudit: true,
    bulkSessions: 1000,
    async open({ clock }) {
      const schema = freshSchema();
      const stores = postgresStores({ pglite, schema, clock, timeout: '60s', wakeUps: true, audit: true });
      await stores.migrate();
      return {
        stores,
        close: async () => {
          await pglite.exec(`drop schema ${schema} cascade`);
        },
      };
    },
  },
);
