import { type RawBuilder, sql } from 'kysely';
import type { Tables } from './schema/tables.js';

/** The epoch of tokens and sessions: above every token's, so that they are revoked whatever they carry. Of roles it is the version. */
export const certain = 2_147_483_647;

/**
 * The part of a statement that adds revocations, by union with what is stored: nothing ever gets weaker, whatever the
 * order, and a repeated one changes nothing.
 *
 * What changes is marked with its transaction, new entries by the default of the column: so it is in the log.
 *
 * Rows are taken in the order of the key, so that no two writers can wait for each other.
 *
 * @param source selects kind, tenant_id, name, epoch, except_session_id, except_from_epoch, until; no two rows of one name.
 */
export function uniteRevocations({ ref }: Tables, source: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    insert into ${ref.revocations} as known (
      kind, tenant_id, name, epoch, except_session_id, except_from_epoch, until
    )
    ${source}
    order by 1, 2, 3
    on conflict (kind, tenant_id, name) do update set
      epoch = greatest(known.epoch, excluded.epoch),
      except_session_id = case
        when excluded.epoch > known.epoch then excluded.except_session_id
        when excluded.epoch < known.epoch or excluded.except_session_id = known.except_session_id
          then known.except_session_id
      end,
      except_from_epoch = case
        when excluded.epoch > known.epoch then case
          when excluded.except_session_id is null then 0
          when excluded.except_session_id = known.except_session_id
            then greatest(excluded.except_from_epoch, known.except_from_epoch)
          else greatest(excluded.except_from_epoch, known.epoch)
        end
        when known.except_session_id is null then 0
        when excluded.except_session_id = known.except_session_id
          then greatest(excluded.except_from_epoch, known.except_from_epoch)
        when excluded.epoch < known.epoch then greatest(excluded.epoch, known.except_from_epoch)
        else 0
      end,
      until = greatest(known.until, excluded.until),
      changed_in = pg_current_xact_id()
    where excluded.epoch > known.epoch or excluded.until > known.until
      or known.except_session_id is not null and case
        when excluded.except_session_id = known.except_session_id
          then excluded.except_from_epoch > known.except_from_epoch
        else excluded.epoch = known.epoch or excluded.epoch > known.except_from_epoch
      end`;
}
