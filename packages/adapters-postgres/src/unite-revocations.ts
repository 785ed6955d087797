import { type RawBuilder, sql } from 'kysely';
import type { Tables } from './schema/tables.js';

/** The epoch of tokens and sessions: above every token's, so that they are revoked whatever they carry. */
export const certain = 2_147_483_647;

/**
 * The part of a statement that adds revocations, by union with what is stored: nothing ever gets weaker, whatever the
 * order, and a repeated one changes nothing.
 *
 * What changes is marked with its transaction, new entries by the default of the column: so it is in the log.
 *
 * Rows are taken in the order of the key, so that no two writers can wait for each other.
 *
 * @param source selects kind, tenant_id, name, epoch, except_session_id, until; no two rows of one name.
 */
export function uniteRevocations({ ref }: Tables, source: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    insert into ${ref.revocations} as known (kind, tenant_id, name, epoch, except_session_id, until)
    ${source}
    order by 1, 2, 3
    on conflict (kind, tenant_id, name) do update set
      epoch = greatest(known.epoch, excluded.epoch),
      except_session_id = case
        when excluded.epoch > known.epoch then excluded.except_session_id
        when excluded.epoch < known.epoch or excluded.except_session_id = known.except_session_id
          then known.except_session_id
      end,
      until = greatest(known.until, excluded.until),
      changed_in = pg_current_xact_id()
    where excluded.epoch > known.epoch or excluded.until > known.until
      or excluded.epoch = known.epoch and known.except_session_id is not null
        and excluded.except_session_id is distinct from known.except_session_id`;
}
