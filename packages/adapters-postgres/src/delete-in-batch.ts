import { type RawBuilder, sql } from 'kysely';
import type { StoreContext } from './store-context.js';

/** Which rows may go. */
export interface ExpiredRows {
  readonly table: RawBuilder<unknown>;
  /** The column that says when. */
  readonly expiry: RawBuilder<unknown>;
  readonly limit: number;
}

/** Deletes at most `limit` expired rows. Rows that somebody holds are left for the next time, so nobody waits for it. */
export async function deleteInBatch(
  { database, now }: StoreContext,
  { table, expiry, limit }: ExpiredRows,
): Promise<number> {
  const [count = 0] = await database.ask<number>(sql`
    with expired as materialized (
      -- Asked once: compared with a clock that goes on, Postgres reads the index to its end where nothing has expired.
      select ctid from ${table} where ${expiry} <= (select ${now()})
      order by ${expiry} limit ${limit}::integer for update skip locked
    ), deleted as (
      delete from ${table} where ctid = any (array(select ctid from expired)) returning 1
    )
    select count(*)::text as answer from deleted`);
  return count;
}
