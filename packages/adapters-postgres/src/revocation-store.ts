import {
  areStorableIds,
  type Revocation,
  type RevocationLog,
  type RevocationStore,
  type RevocationSubject,
  requireStorableIds,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import { json } from './connection/sql-values.js';
import { deleteInBatch } from './delete-in-batch.js';
import { prepareStatement } from './prepare-statement.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';
import { certain, uniteRevocations } from './unite-revocations.js';

/**
 * The revocation store in Postgres.
 *
 * @param log for readers; absent inside a transaction, which would show them what is not committed.
 */
export function createRevocationStore(context: StoreContext, log?: RevocationLog): RevocationStore {
  const { database, tables } = context;
  const { revocations, user_epochs, tenant_epochs } = tables.ref;

  return {
    traits,
    ...(log === undefined ? {} : { log }),

    async add(added) {
      if (added.length === 0) return;
      const rows = added.map(rowOf);
      for (const { tenant_id, name } of rows) requireStorableIds({ tenantId: tenant_id, name });
      // A statement may touch a row once only, so entries of one name are united before they meet what is stored.
      //
      // Nodes give back what a failover has lost. Without its epoch, the sessions that it ended would live again, and new
      // ones begin with tokens that are dead. Epochs come first, as in whatever else raises them: so no two can wait for
      // each other.
      await database.ask(sql`
        with given as (
          select *, max(epoch) over same_name as top, max(until) over same_name as latest
          from jsonb_to_recordset(${json(rows)}) as given (
            kind text, tenant_id text, name text, epoch integer, except_session_id text,
            except_from_epoch integer, until timestamptz
          )
          window same_name as (partition by kind, tenant_id, name)
        ), highest as (
          select kind, tenant_id, name, top, latest,
            case when count(*) = count(except_session_id) and min(except_session_id) = max(except_session_id)
              then min(except_session_id) end as except_session_id
          from given where epoch = top group by kind, tenant_id, name, top, latest
        ), raised_users as (
          insert into ${user_epochs} as known (tenant_id, user_id, epoch)
          select tenant_id, name, top from highest where kind = 'user' order by 1, 2
          on conflict (tenant_id, user_id) do update set epoch = excluded.epoch where known.epoch < excluded.epoch
          returning 1
        ), raised_tenants as (
          insert into ${tenant_epochs} as known (tenant_id, epoch)
          select tenant_id, top from highest where kind = 'tenant' order by 1
          on conflict (tenant_id) do update set epoch = excluded.epoch where known.epoch < excluded.epoch
          returning 1
        ), raised as materialized (
          select (select count(*) from raised_users) + (select count(*) from raised_tenants) as count
        ), added as (
          ${uniteRevocations(
            tables,
            sql`select kind, tenant_id, name, top, except_session_id, (
                select coalesce(max(case
                  when given.except_session_id = highest.except_session_id then given.except_from_epoch
                  else given.epoch
                end), 0)
                from given
                where highest.except_session_id is not null
                  and (given.kind, given.tenant_id, given.name) = (highest.kind, highest.tenant_id, highest.name)
              ), latest
            from highest, raised where raised.count >= 0`,
          )}
        )
        select 'null' as answer`);
    },

    async isRevoked(token) {
      const [isRevoked = false] = await database.ask<boolean>(isNamed(context, token));
      return isRevoked;
    },

    deleteExpired(limit) {
      return deleteInBatch(context, { table: revocations, expiry: sql`until`, limit });
    },
  };
}

/** Whether an entry names a token, its session, or an epoch or version above its own. */
const isNamed = prepareStatement<RevocationSubject>(({ tables }, given) => {
  const { revocations } = tables.ref;
  // What cannot be stored was never revoked; the other facts of the token still count.
  const id = (read: (token: RevocationSubject) => string) =>
    given((token) => (areStorableIds(read(token)) ? read(token) : null));
  const [tenant, session] = [id(({ tenantId }) => tenantId), id(({ sessionId }) => sessionId)];
  const user = id(({ userId }) => userId);
  const [userEpoch, tenantEpoch] = [given((token) => token.userEpoch), given((token) => token.tenantEpoch)];
  return sql`
    select (
      exists (select from ${revocations}
        where kind = 'token' and tenant_id = '' and name = ${id(({ jti }) => jti)})
      or exists (select from ${revocations} where kind = 'session' and tenant_id = '' and name = ${session})
      or exists (select from ${revocations}
        where kind = 'user' and tenant_id = ${tenant} and name = ${user}
        and epoch > ${userEpoch}::integer
        and (except_session_id is distinct from ${session} or except_from_epoch > ${userEpoch}::integer))
      or exists (select from ${revocations} where kind = 'tenant' and tenant_id = ${tenant} and name = ''
        and epoch > ${tenantEpoch}::integer)
      or exists (select from ${revocations} where kind = 'roles' and tenant_id = ${tenant} and name = ${user}
        and epoch > ${given((token) => token.rolesVersion)}::integer)
    )::text as answer`;
});

function rowOf(revocation: Revocation) {
  const until = revocation.until.toISOString();
  const whole = { tenant_id: '', epoch: certain, except_session_id: null, except_from_epoch: 0, until };
  switch (revocation.kind) {
    case 'token':
      return { ...whole, kind: 'token', name: revocation.jti };
    case 'session':
      return { ...whole, kind: 'session', name: revocation.sessionId };
    case 'user': {
      const { tenantId, userId, epoch, exceptSessionId, exceptFromEpoch = 0 } = revocation;
      return {
        kind: 'user',
        tenant_id: tenantId,
        name: userId,
        epoch,
        except_session_id: exceptSessionId,
        except_from_epoch: exceptFromEpoch,
        until,
      };
    }
    case 'tenant':
      return { ...whole, kind: 'tenant', tenant_id: revocation.tenantId, name: '', epoch: revocation.epoch };
    case 'roles': {
      const { kind, tenantId, userId, version } = revocation;
      return { ...whole, kind, tenant_id: tenantId, name: userId, epoch: version };
    }
  }
}
