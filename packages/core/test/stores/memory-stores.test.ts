import { createMemoryAuditStore, memoryStores } from '@tessera-auth/core/stores';
import { testStores } from '@tessera-auth/core/testing';
import { describe, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 });

testStores(
  { describe, it },
  {
    name: 'memory stores',
    recordsRevocations: true,
    offersLog: true,
    offersSecondFactors: true,
    offersRoles: true,
    offersAudit: true,
    open: async ({ clock }) => ({ stores: { ...memoryStores({ clock }), audit: createMemoryAuditStore() } }),
  },
);
