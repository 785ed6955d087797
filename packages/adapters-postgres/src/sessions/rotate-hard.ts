import { areStorableIds, type RotateHardCommand, type SessionRecord } from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import { duration, textArray } from '../connection/sql-values.js';
import type { StoreContext } from '../store-context.js';
import { uniteRevocations } from '../unite-revocations.js';
import { readOnlySession, type SessionRow } from './session-row.js';
import { lockLive, lockUser, ofUser, renewed } from './session-sql.js';

/**
 * Moves a live session to a new secret and the current epochs, and on demand raises the user's epoch.
 *
 * The user's lock comes first and in a statement of its own: raising an epoch that "sign out everywhere" has just
 * raised must not lift a session over it that is dead by then. Every step here that needs both takes the user's lock
 * before a session's, so that no two wait for each other.
 */
export async function rotateHard(
  context: StoreContext,
  command: RotateHardCommand,
): Promise<SessionRecord | null> {
  if (!areStorableIds(command.tenantId, command.userId, command.sessionId)) return null;
  const { sessions, user_epochs } = context.tables.ref;
  const { next, amr } = command;
  const proof = amr === undefined ? sql`` : sql`, amr = ${textArray(amr)}, auth_time = session.at`;

  return context.database.atomically(async (database) => {
    await database.ask(lockUser(context, command));
    return readOnlySession(
      await database.ask<SessionRow>(sql`
        with ${lockLive(context, sql`id = ${command.sessionId} and ${ofUser(command)}`)}, fresh as materialized (
          select * from live where secret_hash <> ${next.secretHash}
        ), raised as (
          update ${user_epochs} set epoch = epoch + 1, command_id = ${next.secretHash}
          where ${ofUser(command)} and ${command.endsOthers}::boolean and exists (select from fresh)
          returning *
        ), rotated as (
          update ${sessions} as stored set
            ${renewed},
            secret_hash = ${next.secretHash}, nonce = ${next.nonce}, key_id = ${next.keyId},
            attempt_hash = null, hard_rotated_at = session.at,
            user_epoch = coalesce((select epoch from raised), session.least_user_epoch),
            tenant_epoch = session.least_tenant_epoch${proof}
          from fresh as session where stored.id = session.id
          returning stored.*
        ), recorded as (
          ${uniteRevocations(
            context.tables,
            sql`select 'user', raised.tenant_id, raised.user_id, epoch, null::text, 0,
              at + ${duration(command.accessTokenMs)} from raised, fresh`,
          )}
        )
        select coalesce((select to_jsonb(rotated) from rotated), to_jsonb(live))::text as answer from live`),
    );
  });
}
