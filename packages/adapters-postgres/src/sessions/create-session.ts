import {
  type CreateSessionCommand,
  type CreateSessionOutcome,
  requireStorableIds,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import { duration, instant, textArray } from '../connection/sql-values.js';
import { toStorable } from '../connection/storable-text.js';
import type { StoreContext } from '../store-context.js';
import { readSession, type SessionRow } from './session-row.js';
import { isLive, lockUser, ofUser, revokeSessions, withJudgingFacts } from './session-sql.js';

interface CreateAnswer {
  readonly session: SessionRow | null;
  readonly isNewDevice: boolean;
  readonly endedSessionIds: readonly string[];
}

/**
 * Creates a session unless an epoch moved, and makes room under the cap.
 *
 * Two statements in one transaction: a statement sees what was committed before it began, so one that waited for the
 * user's lock would count without the session it waited for. The second begins when the lock is held.
 *
 * A tenant's epoch that rises meanwhile is not waited for: the session is stamped with the one before and is dead.
 */
export async function createSession(
  context: StoreContext,
  command: CreateSessionCommand,
): Promise<CreateSessionOutcome> {
  const { tenantId, userId, id } = command;
  requireStorableIds({ tenantId, userId, id });
  const [answer] = await context.database.atomically(async (database) => {
    await database.ask(lockUser(context, command));
    return database.ask<CreateAnswer>(statement(context, command));
  });
  if (answer === undefined || answer.session === null) return { kind: 'epoch_moved' };
  return { kind: 'created', ...answer, session: readSession(answer.session) };
}

function statement(context: StoreContext, command: CreateSessionCommand) {
  const { sessions } = context.tables.ref;
  const { maxSessions, expectedEpochs } = command;
  const device = {
    device: toStorable(command.device),
    browser: toStorable(command.browser),
    os: toStorable(command.os),
  };
  return sql<{ answer: string }>`
    with repeated as (
      select * from ${sessions} where id = ${command.id} and ${ofUser(command)}
    ), begun as materialized (
      ${withJudgingFacts(context, sql`(select ${command.tenantId}::text as tenant_id, ${command.userId}::text as user_id)`)}
    ), admitted as materialized (
      select * from begun
      where least_user_epoch = ${expectedEpochs.userEpoch}::integer
        and least_tenant_epoch = ${expectedEpochs.tenantEpoch}::integer
        and not exists (select from repeated)
    ), known as not materialized (
      select * from ${sessions} where ${ofUser(command)}
    ), candidates as materialized (
      -- Looking through them all is only worth it where somebody may have to go. Locked, so that a refresh under way
      -- is waited for and judged by what it leaves; but not those that an epoch ended, of which there may be very many.
      select * from ${sessions} where ${ofUser(command)} and ended_at is null
        and user_epoch >= (select least_user_epoch from admitted)
        and tenant_epoch >= (select least_tenant_epoch from admitted)
        and (select count(*) from (select from known limit ${maxSessions}::integer) as enough) >= ${maxSessions}::integer
      for update
    ), surplus as (
      select id, at from (${withJudgingFacts(context, sql`candidates`)}) as judged where ${isLive}
      order by last_seen_at desc, id offset ${maxSessions}::integer - 1
    ), ended as (
      update ${sessions} as stored set ended_at = at, end_reason = 'session_cap'
      from surplus where stored.id = surplus.id
      returning stored.id, at
    ), recorded as (
      ${revokeSessions(context, sql`ended`, command.accessTokenMs)}
    ), created as (
      insert into ${sessions} (
        id, tenant_id, user_id, user_epoch, tenant_epoch, generation, secret_hash, nonce, key_id,
        rotated_at, created_at, last_seen_at, idle_lifetime_ms, idle_expires_at, absolute_expires_at,
        auth_time, amr, device, browser, os, ip, user_agent
      )
      select
        ${command.id}, tenant_id, user_id, least_user_epoch, least_tenant_epoch, 0,
        ${command.secretHash}, ${command.nonce}, ${command.keyId},
        at, at, at, ${command.idleLifetimeMs}::bigint,
        at + ${duration(Math.min(command.idleLifetimeMs, command.absoluteLifetimeMs))},
        at + ${duration(command.absoluteLifetimeMs)},
        ${instant(command.authTime)}, ${textArray(command.amr)},
        ${device.device}, ${device.browser}, ${device.os},
        ${toStorable(command.ip)}, ${toStorable(command.userAgent)}
      from admitted
      returning *
    )
    select jsonb_build_object(
      'session', coalesce((select to_jsonb(created) from created), (select to_jsonb(repeated) from repeated)),
      'isNewDevice', not exists (
        select from known where device is not distinct from ${device.device}
          and browser is not distinct from ${device.browser} and os is not distinct from ${device.os}
      ),
      'endedSessionIds', coalesce((select jsonb_agg(id) from ended), '[]')
    )::text as answer`;
}
