import type { UserRef } from '@tessera-auth/core/stores';
import { type RawBuilder, sql } from 'kysely';
import { duration } from '../connection/sql-values.js';
import type { StoreContext } from '../store-context.js';
import { certain, uniteRevocations } from '../unite-revocations.js';

/** Sessions, users or epochs of one user. */
export function ofUser({ tenantId, userId }: UserRef): RawBuilder<unknown> {
  return sql`tenant_id = ${tenantId} and user_id = ${userId}`;
}

/**
 * The part of a statement that adds to the rows of `source` what decides whether they are live: the instant `at`, and
 * `least_user_epoch` and `least_tenant_epoch`. Where `source` took a lock, the instant is later than the wait for it.
 *
 * Without `offset 0` Postgres would move {@link isLive} into this part, and look up each epoch once more for it.
 *
 * @param order for whoever takes the first rows only: without it here Postgres judges and sorts all of them.
 */
export function withJudgingFacts(
  context: StoreContext,
  source: RawBuilder<unknown>,
  order: RawBuilder<unknown> = sql``,
): RawBuilder<unknown> {
  const { user, tenant } = leastEpochs(context);
  return sql`
    select session.*, ${context.now()} as at, ${user} as least_user_epoch, ${tenant} as least_tenant_epoch
    from ${source} as session ${order} offset 0`;
}

/** The epochs that a row named `session` must not fall behind. */
interface LeastEpochs {
  readonly user: RawBuilder<unknown>;
  readonly tenant: RawBuilder<unknown>;
}

/** The current epochs of the user and the tenant of a row named `session`, each looked up where it stands. */
export function leastEpochs({ tables }: StoreContext): LeastEpochs {
  return {
    user: sql`coalesce((select epoch from ${tables.ref.user_epochs} as epochs
      where epochs.tenant_id = session.tenant_id and epochs.user_id = session.user_id), 0)`,
    tenant: sql`coalesce((select epoch from ${tables.ref.tenant_epochs} as epochs
      where epochs.tenant_id = session.tenant_id), 0)`,
  };
}

/** Whether a session is live. */
export function isLiveAt(at: RawBuilder<unknown>, { user, tenant }: LeastEpochs): RawBuilder<unknown> {
  return sql`
    ended_at is null and idle_expires_at > ${at} and absolute_expires_at > ${at}
    and user_epoch >= ${user} and tenant_epoch >= ${tenant}`;
}

/** Whether a row of {@link withJudgingFacts} is live. */
export const isLive: RawBuilder<unknown> = isLiveAt(sql`at`, {
  user: sql`least_user_epoch`,
  tenant: sql`least_tenant_epoch`,
});

/**
 * The beginning of a statement, behind `with`: the session that `condition` names is locked, and `live` is its row as it
 * is once the lock is held, if it is live then. What follows must read `live` and not the table: the table is seen as it
 * was before the wait.
 */
export function lockLive(context: StoreContext, condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    locked as materialized (
      select * from ${context.tables.ref.sessions} where ${condition} for update
    ), live as materialized (
      select * from (${withJudgingFacts(context, sql`locked`)}) as known where ${isLive}
    )`;
}

/** What a rotation sets besides the secret, from a row named `session`. */
export function renewedAt(at: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    generation = session.generation + 1,
    rotated_at = ${at},
    last_seen_at = ${at},
    idle_expires_at = least(${at} + ${duration(sql`session.idle_lifetime_ms`)}, session.absolute_expires_at)`;
}

/** The same from a row of {@link withJudgingFacts}. */
export const renewed: RawBuilder<unknown> = renewedAt(sql`session.at`);

/**
 * The part of a statement that revokes the access tokens of the sessions of `source`, which has `id` and `at`.
 *
 * @param source a table or common table expression, with conditions if need be.
 */
export function revokeSessions(
  { tables }: StoreContext,
  source: RawBuilder<unknown>,
  accessTokenMs: number,
): RawBuilder<unknown> {
  return uniteRevocations(
    tables,
    sql`select 'session', '', id, ${certain}::integer, null::text, 0, at + ${duration(accessTokenMs)} from ${source}`,
  );
}

/** Takes the lock that sign-ins and epochs of one user share, until the transaction ends. */
export function lockUser({ tables }: StoreContext, user: UserRef): RawBuilder<{ readonly answer: string }> {
  return sql`
    insert into ${tables.ref.user_epochs} as known (tenant_id, user_id, epoch)
    values (${user.tenantId}, ${user.userId}, 0)
    on conflict (tenant_id, user_id) do update set epoch = known.epoch
    returning 'null' as answer`;
}
