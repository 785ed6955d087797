import { describe, it } from 'node:test';
import { createMemoryAuditStore, memoryStores } from '@tessera-auth/core/stores';
import { testStores } from '@tessera-auth/core/testing';

// Run by `other-runners.test.ts`; the second store is wrong, so that its run must fail.
testStores(
  {
    describe: (name, body) => {
      void describe(name, body);
    },
    it: (name, body) => {
      void it(name, body);
    },
  },
  {
    name: 'memory stores under node:test',
    recordsRevocations: true,
    offersLog: true,
    offersSecondFactors: true,
    offersRoles: true,
    offersAudit: true,
    bulkSessions: 100,
    open: async ({ clock }) => ({
      stores: {
        ...memoryStores(process.env.BROKEN === 'yes' ? {} : { clock }),
        audit: createMemoryAuditStore(),
      },
    }),
  },
);
