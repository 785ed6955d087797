import {
  areStorableIds,
  type OneTimeTokenRecord,
  type OneTimeTokenStore,
  type PresentedOneTimeToken,
  requireStorableIds,
} from '@tessera-auth/core/stores';
import { type RawBuilder, sql } from 'kysely';
import { duration } from './connection/sql-values.js';
import { waitForLock } from './connection/wait-for-lock.js';
import { deleteInBatch } from './delete-in-batch.js';
import { ofUser } from './sessions/session-sql.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** A row as `to_jsonb` gives it. */
interface TokenRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly purpose: string;
  readonly secret_hash: string;
  readonly data: string;
  readonly created_at: string;
  readonly expires_at: string;
}

/**
 * The one-time tokens in Postgres.
 *
 * Tokens are numbered, and the older ones are voided by raising the number that a token of the user must not be below.
 * So one statement that sees no token created beside it voids it all the same, and none that voids waits for a token
 * that somebody is spending, nor the other way round: no two can wait for each other in a circle. Those who void all of a user
 * wait for each other from the first time on, also where there is nothing to void yet: what a transaction locks next, it locks after.
 */
export function createOneTimeTokenStore(context: StoreContext): OneTimeTokenStore {
  const { database, tables, now } = context;
  const { one_time_tokens: tokens, one_time_token_floors: floors } = tables.ref;

  const isGood = ({ tenantId, purpose, id, secretHash }: PresentedOneTimeToken): RawBuilder<unknown> => sql`
    id = ${id} and tenant_id = ${tenantId} and purpose = ${purpose} and secret_hash = ${secretHash}
    and expires_at > ${now()}
    and not exists (
      select from ${floors} as floors
      where floors.tenant_id = token.tenant_id and floors.user_id = token.user_id
        and floors.purpose in (token.purpose, '') and floors.least_number > token.number
    )`;

  const raiseFloor = (source: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    insert into ${floors} as known (tenant_id, user_id, purpose, least_number)
    ${source}
    on conflict (tenant_id, user_id, purpose) do update
      set least_number = greatest(known.least_number, excluded.least_number)`;

  return {
    traits,

    async create({ id, tenantId, userId, purpose, secretHash, data, lifetimeMs, replacesOthers }) {
      requireStorableIds({ id, tenantId, userId, purpose, secretHash });
      // A repeated command waits for the first at its id, and then creates nothing and voids nothing.
      await database.ask(sql`
        with created as (
          insert into ${tokens} (id, tenant_id, user_id, purpose, secret_hash, data, created_at, expires_at)
          select ${id}, ${tenantId}, ${userId}, ${purpose}, ${secretHash}, ${JSON.stringify(data)},
            at, at + ${duration(lifetimeMs)}
          from (select ${now()} as at) as clock
          on conflict (id) do nothing
          returning *
        ), voided as (
          ${raiseFloor(sql`
            select tenant_id, user_id, purpose, number from created where ${replacesOthers}::boolean`)}
        )
        select 'null' as answer`);
    },

    async find(token) {
      if (!areStorableIds(token.tenantId, token.purpose, token.id, token.secretHash)) return null;
      return readToken(
        await database.ask(sql`
          select to_jsonb(token)::text as answer from ${tokens} as token
          where ${isGood(token)} and consumed_by is null`),
      );
    },

    async consume({ commandId, ...token }) {
      if (!areStorableIds(token.tenantId, token.purpose, token.id, token.secretHash)) return null;
      requireStorableIds({ commandId });
      // Who waits for another one's update is measured against what that one wrote.
      return readToken(
        await database.ask(sql`
          with spent as (
            update ${tokens} as token set consumed_by = ${commandId}
            where ${isGood(token)} and (consumed_by is null or consumed_by = ${commandId})
            returning *
          )
          select to_jsonb(spent)::text as answer from spent`),
      );
    },

    async voidAll(user) {
      if (!areStorableIds(user.tenantId, user.userId)) return;
      await database.atomically(async (place) => {
        await waitForLock(
          place,
          `${tables.quoted.one_time_token_floors} ${user.tenantId.length} ${user.tenantId}${user.userId}`,
        );
        await place.ask(sql`
          with voided as (
            ${raiseFloor(sql`
              select tenant_id, user_id, '', max(number) + 1 from ${tokens} where ${ofUser(user)}
              group by tenant_id, user_id`)}
          )
          select 'null' as answer`);
      });
    },

    deleteExpired(limit) {
      return deleteInBatch(context, { table: tokens, expiry: sql`expires_at`, limit });
    },
  };
}

function readToken([row]: readonly TokenRow[]): OneTimeTokenRecord | null {
  if (row === undefined) return null;
  return {
    id: row.id,
    tenantId: row.tenant_id,
    userId: row.user_id,
    purpose: row.purpose,
    secretHash: row.secret_hash,
    // As JSON it may have any characters, also those that Postgres holds in no text.
    data: JSON.parse(row.data) as string,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
  };
}
