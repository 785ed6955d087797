import {
  areStorableIds,
  type Epochs,
  type RevocationStore,
  type SessionStore,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import { instant } from './connection/sql-values.js';
import { deleteInBatch } from './delete-in-batch.js';
import { createSession } from './sessions/create-session.js';
import { endOtherSessions, endSession, endTenant, endUser } from './sessions/end-sessions.js';
import { rotate } from './sessions/rotate.js';
import { rotateHard } from './sessions/rotate-hard.js';
import { readOnlySession, readSession, type SessionRow } from './sessions/session-row.js';
import { isLive, ofUser, withJudgingFacts } from './sessions/session-sql.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** The session store in Postgres; it records what it ends in the revocation store of the same database. */
export function createSessionStore(context: StoreContext, revocations: RevocationStore): SessionStore {
  const { database, tables } = context;
  const { sessions, user_epochs, tenant_epochs } = tables.ref;

  return {
    traits,

    recordsRevocationsIn: revocations,

    async readEpochs(user) {
      const none = { userEpoch: 0, tenantEpoch: 0 };
      if (!areStorableIds(user.tenantId, user.userId)) return none;
      const [epochs = none] = await database.ask<Epochs>(sql`
        select jsonb_build_object(
          'userEpoch', coalesce((select epoch from ${user_epochs} where ${ofUser(user)}), 0),
          'tenantEpoch', coalesce((select epoch from ${tenant_epochs} where tenant_id = ${user.tenantId}), 0)
        )::text as answer`);
      return epochs;
    },

    create: (command) => createSession(context, command),

    async find(tenantId, sessionId) {
      if (!areStorableIds(tenantId, sessionId)) return null;
      return readOnlySession(
        await database.ask<SessionRow>(sql`
          select to_jsonb(found)::text as answer from ${sessions} as found
          where id = ${sessionId} and tenant_id = ${tenantId}`),
      );
    },

    async list(user, { limit, after }) {
      if (!areStorableIds(user.tenantId, user.userId, after?.id ?? '')) return { sessions: [], next: null };
      const isAfter =
        after === null
          ? sql`true`
          : sql`created_at <= ${instant(after.createdAt)}
              and (created_at < ${instant(after.createdAt)} or id > ${after.id})`;
      const found = sql`(select * from ${sessions} where ${ofUser(user)} and ${isAfter})`;
      const newestFirst = sql`order by created_at desc, id`;
      const rows = await database.ask<SessionRow>(sql`
        select to_jsonb(judged)::text as answer
        from (${withJudgingFacts(context, found, newestFirst)}) as judged
        where ${isLive} ${newestFirst} limit ${limit}::integer + 1`);
      const listed = rows.slice(0, limit).map(readSession);
      const last = rows.length > limit ? listed.at(-1) : undefined;
      return {
        sessions: listed,
        next: last === undefined ? null : { createdAt: last.createdAt, id: last.id },
      };
    },

    rotate: (command) => rotate(context, command),
    rotateHard: (command) => rotateHard(context, command),
    end: (command) => endSession(context, command),
    endOthers: (command) => endOtherSessions(context, command),
    endAll: (command) => endUser(context, command),
    endTenant: (command) => endTenant(context, command),

    deleteExpired(limit) {
      return deleteInBatch(context, { table: sessions, expiry: sql`absolute_expires_at`, limit });
    },
  };
}
