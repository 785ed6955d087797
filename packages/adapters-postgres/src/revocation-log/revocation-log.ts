import {
  type Revocation,
  type RevocationLog,
  type RevocationLogAnswer,
  storeUnavailable,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import type { StoreContext } from '../store-context.js';
import { emptySnapshot, type LogCursor, type LogPosition, parseCursor, printCursor } from './log-cursor.js';

/** As many as a reader gets at once. */
const pageSize = 2000;

/** A changed entry. */
type LogRow = readonly [
  ...LogPosition,
  epoch: number,
  exceptSessionId: string | null,
  exceptFromEpoch: number,
  /** Milliseconds since the Unix epoch. */
  until: number,
];

interface LogPage {
  readonly source: string;
  readonly isReadOnly: boolean;
  /** The cursor is of a later time than the database, which was restored from a backup. */
  readonly isBehind: boolean;
  /** Of this very statement. */
  readonly snapshot: string;
  readonly rows: readonly LogRow[];
}

/**
 * The revocations in the order of their changes, for readers that hold them in memory.
 *
 * Transactions commit in another order than they begin, so "all after the last one read" would skip whoever commits
 * late. The cursor is a snapshot instead: the entries whose transaction it does not show as committed are new. None is
 * skipped whatever the order of the commits, and a transaction that stays open holds nothing up.
 *
 * A reader that starts goes on from a snapshot in which nothing was committed. While it pages, entries that change move
 * behind it; what commits meanwhile is not in the snapshot of its first page, from which it then goes on.
 */
export function createRevocationLog(context: StoreContext): Pick<RevocationLog, 'read'> {
  return {
    async read(text) {
      const cursor = text === null ? null : parseCursor(text);
      if (text !== null && cursor === null) return { kind: 'lost' };
      const page = await readPage(context, cursor);
      if (page.isReadOnly) throw storeUnavailable(new Error('Postgres accepts no writes on this connection'));
      if (cursor !== null && (cursor.source !== page.source || page.isBehind)) return { kind: 'lost' };
      return answerOf(page, cursor);
    },
  };
}

function answerOf({ source, snapshot, rows }: LogPage, cursor: LogCursor | null): RevocationLogAnswer {
  const from = cursor?.paging?.from ?? snapshot;
  const last = rows.length < pageSize ? undefined : rows.at(-1);
  const next: LogCursor =
    last === undefined
      ? { source, since: from, paging: null }
      : {
          source,
          since: cursor?.since ?? emptySnapshot,
          paging: { from, after: [last[0], last[1], last[2], last[3]] },
        };
  return {
    kind: 'page',
    revocations: rows.flatMap(readRevocation),
    cursor: printCursor(next),
    hasMore: next.paging !== null,
  };
}

async function readPage({ database, tables, now }: StoreContext, cursor: LogCursor | null): Promise<LogPage> {
  const { revocations } = tables.ref;
  const since = cursor?.since ?? emptySnapshot;
  const [changedIn, kind, tenantId, name] = cursor?.paging?.after ?? [since.split(':', 1)[0], '', '', ''];
  // A standby names no file of the log to write: it does not answer. When a backend crashes, Postgres recovers without a
  // new start, and gives transaction ids that were never flushed out again; but it forgets its statistics then.
  const [page] = await database.ask<LogPage>(sql`
    select json_build_object(
      'source', concat_ws('/',
        (select system_identifier from pg_control_system()),
        left(pg_walfile_name(pg_current_wal_lsn()), 8),
        extract(epoch from pg_postmaster_start_time()),
        extract(epoch from pg_stat_get_bgwriter_stat_reset_time()),
        (select oid from pg_database where datname = current_database()),
        ${tables.quoted.revocations}::regclass::oid
      ),
      'isReadOnly', current_setting('transaction_read_only')::boolean,
      'isBehind', pg_snapshot_xmax(${cursor?.paging?.from ?? since}::pg_snapshot)
        > pg_snapshot_xmax(pg_current_snapshot()),
      'snapshot', pg_current_snapshot()::text,
      'rows', (
        select coalesce(json_agg(json_build_array(
          changed_in::text, kind, tenant_id, name, epoch, except_session_id, except_from_epoch,
          (extract(epoch from until) * 1000)::bigint
        ) order by changed_in, kind, tenant_id, name), '[]')
        from (
          select * from ${revocations}
          where (changed_in, kind, tenant_id, name) > (${changedIn}::xid8, ${kind}, ${tenantId}, ${name})
            and not pg_visible_in_snapshot(changed_in, ${since}::pg_snapshot)
            and until > ${now()}
          order by changed_in, kind, tenant_id, name limit ${pageSize}::integer
        ) as changed
      )
    )::text as answer`);
  return page as LogPage; // one row or a rejection
}

/** The entry of a row; none for a kind that a later version adds. */
function readRevocation(row: LogRow): Revocation | [] {
  const [, kind, tenantId, name, epoch, exceptSessionId, exceptFromEpoch, untilMs] = row;
  const until = new Date(untilMs);
  switch (kind) {
    case 'token':
      return { kind, jti: name, until };
    case 'session':
      return { kind, sessionId: name, until };
    case 'user':
      return { kind, tenantId, userId: name, epoch, exceptSessionId, exceptFromEpoch, until };
    case 'tenant':
      return { kind, tenantId, epoch, until };
    case 'roles':
      return { kind, tenantId, userId: name, version: epoch, until };
    default:
      return [];
  }
}
