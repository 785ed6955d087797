import { createTestClock, sessionFixtures } from '@tessera-auth/core/testing';
import { createDatabase } from '@tessera-auth/test-services';
import { expect, inject, it } from 'vitest';
import { createPool, freshStores } from './support/fresh-stores.js';

const { createSession, presentation, windows } = sessionFixtures;

it('a refresh writes no index: at least 95 % of 3,000 updates are HOT', async () => {
  // Alone in its database, since somebody else's open snapshot would keep old rows; one connection, whose counters
  // are written out on demand.
  const url = await createDatabase(inject('postgresUrl'), 'hot_updates');
  const pool = createPool(url, { max: 1 });
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

  await pool.query('select pg_stat_force_next_flush()');
  const { rows } = await pool.query<{ updates: number; hot: number }>(
    "select n_tup_upd::int as updates, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'sessions'",
  );
  await pool.end();
  expect(rows[0]?.updates).toBe(3000);
  expect(rows[0]?.hot).toBeGreaterThanOrEqual(2850);
});
