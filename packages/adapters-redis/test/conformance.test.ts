import { testStores } from '@tessera-auth/core/testing';
import { afterAll, describe, inject, it, vi } from 'vitest';
import { createClient, openOn } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 120_000 });

const client = createClient(inject('redisUrl'));
afterAll(() => client.disconnect());

testStores(
  { describe, it },
  { name: 'Redis stores', recordsRevocations: true, offersLog: true, open: openOn(client) },
);
