import { type RedisClient, redisStores } from '@tessera-auth/adapters-redis';
import { memoryStores } from '@tessera-auth/core/stores';
import { testStores } from '@tessera-auth/core/testing';
import { afterAll, describe, inject, it, vi } from 'vitest';
import { createClient, freshPrefix } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 120_000 });

const client = createClient(inject('redisUrl'));
afterAll(() => client.disconnect());

/** What run twice is not the same as once: a batch of the cleanup is the next batch, and a limit errs on the strict side. */
const sentOnce = [':sessions:', ':limit:'];

/** Sends every script twice, as a driver does that lost a reply; the answer is the first one. */
const resending: RedisClient = {
  async call(command, args) {
    const isSentOnce = args[1] === '1' && sentOnce.some((part) => args[2]?.includes(part));
    const first = client.call(command, args);
    if (command !== 'evalsha' || isSentOnce) return first;
    const [answer] = await Promise.all([first, client.call(command, args)]);
    return answer;
  },
};

testStores(
  { describe, it },
  {
    name: 'Redis stores whose driver sends every script twice',
    recordsRevocations: true,
    offersLog: true,
    bulkSessions: 1000,
    async open({ clock }) {
      const stores = redisStores({ client: resending, keyPrefix: freshPrefix(), clock });
      return { stores: { ...stores, users: memoryStores({ clock }).users } };
    },
  },
);
