import type pg from 'pg';
import { expect, vi } from 'vitest';

/** Resolves when `count` statements of the pool's database wait for a lock. */
export async function untilBlocked(pool: pg.Pool, count = 1): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await pool.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      expect(rows).toHaveLength(count);
    },
    { timeout: 10_000, interval: 5 },
  );
}

/** Runs `work` on a client inside a transaction; the caller says when it commits. */
export async function openTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<{ readonly result: T; commit(): Promise<void> }> {
  const client = await pool.connect();
  await client.query('begin');
  const result = await work(client);
  return {
    result,
    async commit() {
      await client.query('commit');
      client.release();
    },
  };
}
