import {
  areStorableIds,
  type RefreshSecret,
  type RotateCommand,
  type RotateOutcome,
  type RotateVerdict,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import { duration } from '../connection/sql-values.js';
import { prepareStatement } from '../prepare-statement.js';
import type { StoreContext } from '../store-context.js';
import { readOnlySession, readSession, type SessionRow } from './session-row.js';
import {
  isLiveAt,
  leastEpochs,
  lockLive,
  ofUser,
  renewed,
  renewedAt,
  revokeSessions,
} from './session-sql.js';

/**
 * Judges a presented refresh token, and rotates or ends its session.
 *
 * One statement decides. `rotateCurrent` rotates what is to be rotated, as nearly every refresh is, and does nothing else. Where
 * it did nothing, `judge` decides about everything, a rotation too, by what it sees itself: it does not ask why the first
 * did nothing, so whatever happens between the two is as if it had come before.
 */
export async function rotate(context: StoreContext, command: RotateCommand): Promise<RotateOutcome> {
  if (!areStorableIds(command.tenantId, command.userId, command.sessionId)) return { kind: 'invalid' };
  const rotated = readOnlySession(await context.database.ask<SessionRow>(rotateCurrent(context, command)));
  if (rotated !== null) return { kind: 'rotated', session: rotated };
  const [outcome] = await context.database.ask<{ kind: RotateVerdict; session: SessionRow }>(
    judge(context, command),
  );
  return outcome === undefined
    ? { kind: 'invalid' }
    : { kind: outcome.kind, session: readSession(outcome.session) };
}

/**
 * Rotates a live session to which its current secret is presented, past the floor. The row is locked before the time is read:
 * an instant from before the wait would cut short the grace of the next refresh, and make a thief of an honest client.
 *
 * The lock gives the place of the latest version. One that a statement left for which this one waited is not in the
 * snapshot, so then there is no row, and `judge` has the word. Each `now` here is read later than the lock is held; they may
 * be a millisecond apart.
 */
const rotateCurrent = prepareStatement<RotateCommand>((context, given) => {
  const { sessions } = context.tables.ref;
  const next = {
    secretHash: given((command) => command.next.secretHash),
    nonce: given((command) => command.next.nonce),
    keyId: given((command) => command.next.keyId),
  };
  const attemptHash = given((command) => command.attemptHash);
  const now = context.now();
  return sql`
    update ${sessions} as session set ${renewedAt(now)}, ${held(next, attemptHash)}
    where ctid = (
        select ctid from ${sessions}
        where id = ${given(({ sessionId }) => sessionId)} and tenant_id = ${given(({ tenantId }) => tenantId)} for update
      )
      and user_id = ${given(({ userId }) => userId)}
      and generation = ${given(({ generation }) => generation)}::integer
      and secret_hash = ${given(({ secretHash }) => secretHash)}
      and secret_hash <> ${next.secretHash}
      and rotated_at + ${duration(given(({ floorMs }) => floorMs))} <= ${now}
      and ${isLiveAt(now, leastEpochs(context))}
    returning to_json(session)::text as answer`;
});

/**
 * Judges in one statement, whatever the verdict, and acts on it.
 *
 * Of parallel refreshes one takes the row lock. The others wait in `lockLive`; under READ COMMITTED Postgres then reads
 * the row again as the winner left it (EvalPlanQual), and everything after it reads only what that gave. So each
 * is judged on the latest version, in the order of the locks, and not on its snapshot.
 *
 * The epochs, in contrast, come from the snapshot and may be as old as the wait. That is sound because a session keeps
 * its own epoch through a rotation: had an epoch risen meanwhile, the outcome is that of a refresh just before it. The
 * successor and the access token made from it carry the old epoch, so every later statement and every check of the
 * token refuses them.
 */
function judge(context: StoreContext, command: RotateCommand) {
  const { sessions } = context.tables.ref;
  const { generation, secretHash, next, attemptHash } = command;
  const isBefore = (instant: 'rotated_at' | 'hard_rotated_at', ms: number) =>
    sql`at < ${sql.ref(instant)} + ${duration(ms)}`;
  const isPredecessor = sql`
    generation - 1 = ${generation}::integer and hard_rotated_at is distinct from rotated_at`;

  return sql<{ answer: string }>`
    with ${lockLive(context, sql`id = ${command.sessionId} and ${ofUser(command)}`)}, judged as materialized (
      select *, secret_hash = ${next.secretHash} as is_done, case
        when generation < ${generation}::integer then 'ahead'
        when generation = ${generation}::integer then case
          when secret_hash <> ${secretHash} then 'fork'
          when ${isBefore('rotated_at', command.floorMs)} then 'unchanged'
          else 'rotated'
        end
        when ${isPredecessor} and secret_hash = ${next.secretHash} then 'rotated'
        when ${isPredecessor} and ${isBefore('rotated_at', command.graceMs)} then 'grace'
        when ${isPredecessor} and attempt_hash = ${attemptHash}
          and ${isBefore('rotated_at', command.recoveryMs)} then 'recovered'
        when ${isBefore('hard_rotated_at', command.graceMs)} then 'superseded'
        else 'reuse'
      end as verdict from live
    ), rotated as (
      update ${sessions} as stored set
        ${renewed}, ${held(next, attemptHash)}
      from judged as session
      where stored.id = session.id and verdict = 'rotated' and not is_done
      returning stored.*
    ), ended as (
      update ${sessions} as stored set ended_at = at, end_reason = verdict
      from judged where stored.id = judged.id and verdict in ('reuse', 'fork')
      returning stored.*
    ), recorded as (
      ${revokeSessions(context, sql`judged where verdict in ('reuse', 'fork')`, command.accessTokenMs)}
    )
    select jsonb_build_object('kind', verdict, 'session', coalesce(
      (select to_jsonb(rotated) from rotated), (select to_jsonb(ended) from ended), to_jsonb(judged)
    ))::text as answer from judged`;
}

/** What a rotation sets of the secret; from values, or from what stands for them. */
function held(next: Readonly<Record<keyof RefreshSecret, unknown>>, attemptHash: unknown) {
  return sql`
    secret_hash = ${next.secretHash}, nonce = ${next.nonce}, key_id = ${next.keyId}, attempt_hash = ${attemptHash}`;
}
