import {
  areStorableIds,
  type EndOtherSessionsCommand,
  type EndSessionCommand,
  type EndSessionOutcome,
  type RaiseEpochCommand,
  requireStorableIds,
  type SessionRecord,
  type UserRef,
} from '@tessera-auth/core/stores';
import { type RawBuilder, sql } from 'kysely';
import { duration } from '../connection/sql-values.js';
import type { StoreContext } from '../store-context.js';
import { uniteRevocations } from '../unite-revocations.js';
import { readOnlySession, readSession, type SessionRow } from './session-row.js';
import { isLive, lockLive, lockUser, ofUser, revokeSessions, withJudgingFacts } from './session-sql.js';

/** Ends one session. A refresh under way is waited for; whoever comes after finds the session ended. */
export async function endSession(
  context: StoreContext,
  command: EndSessionCommand,
): Promise<EndSessionOutcome | null> {
  if (!areStorableIds(command.tenantId, command.userId, command.sessionId)) return null;
  const { sessions } = context.tables.ref;
  const [outcome] = await context.database.ask<{ session: SessionRow; wasLive: boolean }>(sql`
    with locked as materialized (
      select * from ${sessions} where id = ${command.sessionId} and ${ofUser(command)} for update
    ), found as materialized (
      select *, ${isLive} as was_live from (${withJudgingFacts(context, sql`locked`)}) as known
    ), ended as (
      update ${sessions} as stored set ended_at = at, end_reason = ${command.reason}
      from found where stored.id = found.id and found.ended_at is null
      returning stored.*
    ), recorded as (
      ${revokeSessions(context, sql`found`, command.accessTokenMs)}
    )
    select jsonb_build_object(
      'session', coalesce((select to_jsonb(ended) from ended), to_jsonb(found)), 'wasLive', was_live
    )::text as answer from found`);
  return outcome === undefined ? null : { ...outcome, session: readSession(outcome.session) };
}

/** Raises the user's epoch and lifts one live session to it; under the user's lock, as hard rotations are. */
export async function endOtherSessions(
  context: StoreContext,
  command: EndOtherSessionsCommand,
): Promise<SessionRecord | null> {
  if (!areStorableIds(command.tenantId, command.userId, command.keepSessionId)) return null;
  const { sessions, user_epochs } = context.tables.ref;
  return context.database.atomically(async (database) => {
    await database.ask(lockUser(context, command));
    return readOnlySession(
      await database.ask<SessionRow>(sql`
        with ${lockLive(context, sql`id = ${command.keepSessionId} and ${ofUser(command)}`)}, raised as (
          update ${user_epochs} as known set ${raisedBy(command.commandId)}
          where ${ofUser(command)} and exists (select from live)
          returning *
        ), kept as (
          update ${sessions} as stored set user_epoch = raised.epoch
          from live, raised where stored.id = live.id
          returning stored.*
        ), recorded as (
          ${uniteRevocations(
            context.tables,
            sql`select 'user', raised.tenant_id, raised.user_id, epoch, live.id, 0,
              at + ${duration(command.accessTokenMs)} from raised, live`,
          )}
        )
        select to_jsonb(kept)::text as answer from kept`),
    );
  });
}

/** Raises the epoch of a user. Whatever the number of sessions, one row changes. */
export async function endUser(context: StoreContext, command: RaiseEpochCommand & UserRef): Promise<number> {
  const { tenantId, userId } = command;
  requireStorableIds({ tenantId, userId });
  return raise(context, command, {
    raised: sql`
      insert into ${context.tables.ref.user_epochs} as known (tenant_id, user_id, epoch, command_id)
      values (${tenantId}, ${userId}, 1, ${command.commandId})
      on conflict (tenant_id, user_id) do update set ${raisedBy(command.commandId)}
      returning epoch`,
    revocation: sql`'user', ${tenantId}, ${userId}`,
  });
}

/** Raises the epoch of a tenant. */
export async function endTenant(
  context: StoreContext,
  command: RaiseEpochCommand & { readonly tenantId: string },
): Promise<number> {
  const { tenantId } = command;
  requireStorableIds({ tenantId });
  return raise(context, command, {
    raised: sql`
      insert into ${context.tables.ref.tenant_epochs} as known (tenant_id, epoch, command_id)
      values (${tenantId}, 1, ${command.commandId})
      on conflict (tenant_id) do update set ${raisedBy(command.commandId)}
      returning epoch`,
    revocation: sql`'tenant', ${tenantId}, ''`,
  });
}

async function raise(
  { database, tables, now }: StoreContext,
  { accessTokenMs }: RaiseEpochCommand,
  { raised, revocation }: Readonly<Record<'raised' | 'revocation', RawBuilder<unknown>>>,
): Promise<number> {
  const [epoch] = await database.ask<number>(sql`
    with raised as (${raised}), recorded as (
      ${uniteRevocations(
        tables,
        sql`select ${revocation}, epoch, null::text, 0, ${now()} + ${duration(accessTokenMs)} from raised`,
      )}
    )
    select epoch::text as answer from raised`);
  return epoch as number; // the insert gives one row or rejects
}

/** One up, unless this very command did that already. */
function raisedBy(commandId: string): RawBuilder<unknown> {
  return sql`
    epoch = known.epoch + case when known.command_id is not distinct from ${commandId} then 0 else 1 end,
    command_id = ${commandId}`;
}
