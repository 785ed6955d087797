import { testStores } from '@tessera-auth/core/testing';
import { afterAll, describe, inject, it, vi } from 'vitest';
import { createPool, openOnPool } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 120_000 });

const urls = { embedded: inject('postgresUrl'), installed: inject('postgresInstalledUrl') };

for (const [version, url] of Object.entries(urls)) {
  if (url === null) {
    it.skip(`NOT TESTED: there is no ${version} Postgres on this machine`, () => {});
    continue;
  }
  const pool = createPool(url);
  afterAll(() => pool.end());
  testStores(
    { describe, it },
    {
      name: `Postgres stores on a pg pool, ${version} server`,
      offersTransaction: true,
      recordsRevocations: true,
      offersLog: true,
      offersSecondFactors: true,
      offersRoles: true,
      offersAudit: true,
      // The full number on one of them: ten thousand sign-ins of one user take their turns.
      bulkSessions: version === 'embedded' ? 10_000 : 1000,
      open: openOnPool(pool),
    },
  );
}
