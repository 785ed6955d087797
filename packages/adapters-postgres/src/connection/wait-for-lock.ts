import { storeUnavailable } from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import type { Database } from './database.js';

/**
 * Waits until nobody else has the lock, and has it until the transaction ends. A statement of its own: the next one sees what those
 * committed who had it before.
 *
 * @throws `AuthError` `store_unavailable` in a transaction of the app that would not see that.
 */
export async function waitForLock(place: Database, key: string): Promise<void> {
  const [level = ''] = await place.ask<string>(sql`
    with locked as materialized (select pg_advisory_xact_lock(hashtextextended(${key}, 0)))
    select to_json(current_setting('transaction_isolation'))::text as answer from locked`);
  if (!/^read (un)?committed$/.test(level))
    throw storeUnavailable(new Error(`the transaction must be READ COMMITTED, and is ${level}`));
}
