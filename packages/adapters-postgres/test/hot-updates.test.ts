import { createTestClock, sessionFixtures } from '@tessera-auth/core/testing';
import { type PostgresServer, startPostgres } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createPool, freshStores } from './support/fresh-stores.js';

// Thousands of statements, one after the other.
vi.setConfig({ testTimeout: 120_000 });

const { createSession, presentation, windows } = sessionFixtures;

/** Nobody else is on it: a transaction that is open anywhere on a server can keep old rows, and then new ones find no place. */
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres({ own: true });
});
afterAll(() => server.stop());

/** The updates of a table over the only connection of the pool, whose counters are written out on demand. */
async function countUpdates(pool: pg.Pool, table: string): Promise<{ updates: number; hot: number }> {
  await pool.query('select pg_stat_force_next_flush()');
  const { rows } = await pool.query<{ updates: number; hot: number }>(
    'select n_tup_upd::int as updates, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = $1',
    [table],
  );
  return rows[0] ?? { updates: 0, hot: 0 };
}

it('a count of a rate limit writes no index: at least 95 % of 3,000 updates are HOT, and no denial is one', async () => {
  const pool = createPool(await server.createDatabase('hot_rate_limits'), { max: 1 });
  const clock = createTestClock();
  const { rateLimits } = await freshStores(pool, { clock });
  const take = (index: number, burst: number) =>
    rateLimits.take({ key: `sign_in:ip:192.0.2.${index}`, intervalUs: 60_000_000, burst, cost: 1 });
  for (let round = 0; round <= 30; round++) {
    for (let index = 0; index < 100; index++) {
      expect((await take(index, 31)).isAllowed).toBe(true);
      expect((await take(index, round + 1)).isAllowed).toBe(false);
    }
  }
  const { updates, hot } = await countUpdates(pool, 'rate_limits');
  await pool.end();
  expect(updates).toBe(3000);
  expect(hot).toBeGreaterThanOrEqual(2850);
});

it('a refresh writes no index: at least 95 % of 3,000 updates are HOT', async () => {
  const pool = createPool(await server.createDatabase('hot_updates'), { max: 1 });
  const clock = createTestClock();
  const { sessions } = await freshStores(pool, { clock });
  const labels = Array.from({ length: 100 }, (_, index) => `s${index}`);
  for (const label of labels) await createSession(sessions, label);
  for (let generation = 0; generation < 30; generation++) {
    clock.advance(windows.floorMs);
    for (const label of labels) {
      expect((await sessions.rotate(presentation(label, generation))).kind).toBe('rotated');
    }
  }

  const { updates, hot } = await countUpdates(pool, 'sessions');
  await pool.end();
  expect(updates).toBe(3000);
  expect(hot).toBeGreaterThanOrEqual(2850);
});
