import { setTimeout as wait } from 'node:timers/promises';
import { type RedisClient, redisStores } from '@tessera-auth/adapters-redis';
import { Redis } from 'ioredis';
import type { Contestant, CountedStores, Side, StoredBytes, UselessSessions } from './contestant.js';
import { fillRevocations } from './in-turn.js';
import type { Population } from './population.js';
import { fillSessions } from './redis-fill.js';

/** The prefixes of the two populations. */
export const prefixes = { small: 'small:', large: 'large:' } as const;

/** So many keys say how large one is, on average. */
const sampledKeys = 20_000;
const dayMs = 86_400_000;
/** For what is measured before the sessions end. */
const spareMs = 20_000;

/** Redis with two populations, each under a prefix of its own. */
export async function openRedis(
  url: string,
  populations: Readonly<Record<'small' | 'large', Population>>,
): Promise<Contestant> {
  const client = new Redis(url);
  const openSide = (name: 'small' | 'large'): Side => {
    const { sessions, revocations } = redisStores({ client, keyPrefix: prefixes[name] });
    return { sessions, revocations, population: populations[name] };
  };
  const small = openSide('small');
  const large = openSide('large');
  const fill = ({ population }: Side, keyPrefix: string) => {
    const endsAt = Date.now() + 90 * dayMs;
    return fillSessions(client, { keyPrefix, population, from: 0, to: population.sessions, endsAt });
  };
  await fill(small, prefixes.small);
  await fillRevocations(small.revocations, small.population.sessions);
  const before = await usedMemory(client);
  const start = performance.now();
  await fill(large, prefixes.large);
  const fillingMs = performance.now() - start;
  const sessionBytes = (await usedMemory(client)) - before;
  const kinds = await sampleKinds(client, large.population);
  await fillRevocations(large.revocations, large.population.sessions);

  return {
    name: 'Redis',
    small,
    large,
    measureBytes: async () => [
      { what: 'all of it', bytes: sessionBytes, count: large.population.sessions },
      ...kinds,
    ],
    openCounted: () => openCounted(url),
    addUseless: (count) => addUseless(client, large.population, count, fillingMs),
    async close() {
      await client.quit();
    },
  };
}

async function usedMemory(client: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
}

/** What keys take by kind, from some of them. */
async function sampleKinds(client: Redis, { sessions, users, crowds }: Population): Promise<StoredBytes[]> {
  const counts: Readonly<Record<string, number>> = {
    session: sessions,
    sessions: users + crowds,
    devices: users + crowds,
  };
  const sizes: Record<string, number[]> = {};
  let cursor = '0';
  let looked = 0;
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', `${prefixes.large}*`, 'COUNT', 1000);
    const usages = await Promise.all(keys.map((key) => client.memory('USAGE', key, 'SAMPLES', 0)));
    for (const [index, key] of keys.entries()) {
      const kind = /:(\w+):/.exec(key.slice(key.indexOf('}')))?.[1] ?? '';
      sizes[kind] = [...(sizes[kind] ?? []), Number(usages[index])];
    }
    looked += keys.length;
    cursor = next;
  } while (cursor !== '0' && looked < sampledKeys);
  return Object.entries(counts).map(([what, count]) => {
    const sampled = sizes[what] ?? [];
    const mean = sampled.reduce((sum, bytes) => sum + bytes, 0) / sampled.length;
    return { what: `keys of kind ${what}`, bytes: mean * count, count };
  });
}

async function openCounted(url: string): Promise<CountedStores> {
  const client = new Redis(url);
  let sent = 0;
  const counting: RedisClient = {
    call(command, args) {
      sent++;
      return client.call(command, args);
    },
  };
  const { sessions, revocations, check } = redisStores({ client: counting, keyPrefix: prefixes.large });
  await check();
  return {
    sessions,
    revocations,
    sent: () => sent,
    async close() {
      await client.quit();
    },
  };
}

/**
 * Sessions that all end at one instant, and that Redis then deletes by itself.
 *
 * @param expectedMs how long it may take to add them; they end after half as long again, for the machine may get slower.
 */
async function addUseless(
  client: Redis,
  population: Population,
  count: number,
  expectedMs: number,
): Promise<UselessSessions> {
  const from = population.sessions;
  const endsAt = Date.now() + 1.5 * expectedMs + spareMs;
  await fillSessions(client, { keyPrefix: prefixes.large, population, from, to: from + count, endsAt });
  const keysBefore = await client.dbsize();
  if (Date.now() > endsAt - spareMs / 2) throw new Error('they end before all of them are there');
  return {
    untilExpired: () => wait(Math.max(0, endsAt - Date.now())),
    async cleanUp() {
      const start = performance.now();
      // Redis looks for expired keys by chance, and takes its time once they are fewer than a tenth of all.
      const promised = Math.max(0, count - keysBefore / 10);
      let deleted = 0;
      while (deleted < promised) {
        await wait(100);
        deleted = keysBefore - (await client.dbsize());
      }
      return { seconds: (performance.now() - start) / 1000, deleted, promised };
    },
  };
}
