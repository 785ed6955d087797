import {
  type AuditEntry,
  type AuditHead,
  type AuditStore,
  areStorableIds,
  requireStorableIds,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** A row as `to_jsonb` gives it. */
interface EntryRow {
  readonly tenant_id: string;
  readonly seq: number;
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly user_id: string | null;
  readonly data: string;
  readonly key_id: string;
  readonly previous_hash: string;
  readonly hash: string;
}

/** The audit chains in Postgres. The head of a tenant is a row that is locked while entries are linked to it. */
export function createAuditStore({ database, tables }: StoreContext): AuditStore {
  const { audit_entries: entries, audit_heads: heads } = tables.ref;

  return {
    traits,

    async append({ tenantId, drafts, link }) {
      requireStorableIds({ tenantId });
      if (drafts.length === 0) return;
      await database.atomically(async (place) => {
        const [head = { seq: 0, hash: '' }] = await place.ask<AuditHead>(sql`
          insert into ${heads} as head (tenant_id, seq, hash) values (${tenantId}, 0, '')
          on conflict (tenant_id) do update set seq = head.seq
          returning jsonb_build_object('seq', seq, 'hash', hash)::text as answer`);
        // A statement of its own, so that it sees what those wrote who had the lock before.
        const known = new Set(
          await place.ask<string>(sql`
            select to_jsonb(id)::text as answer from ${entries}
            where tenant_id = ${tenantId}
              and id in (select jsonb_array_elements_text(${JSON.stringify(drafts.map(({ id }) => id))}::jsonb))`),
        );

        let last = head;
        const rows: EntryRow[] = [];
        for (const draft of drafts) {
          if (known.has(draft.id)) continue;
          known.add(draft.id);
          const { keyId, hash } = link(last, draft);
          rows.push({
            tenant_id: tenantId,
            seq: last.seq + 1,
            id: draft.id,
            at: draft.at.toISOString(),
            type: draft.type,
            user_id: draft.userId,
            data: draft.data,
            key_id: keyId,
            previous_hash: last.hash,
            hash,
          });
          last = { seq: last.seq + 1, hash };
        }
        if (rows.length === 0) return;
        await place.ask(sql`
          with added as (
            insert into ${entries} select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row (
              tenant_id text, seq bigint, id text, at timestamptz, type text, user_id text, data text,
              key_id text, previous_hash text, hash text)
          ), advanced as (
            update ${heads} set seq = ${last.seq}, hash = ${last.hash} where tenant_id = ${tenantId}
          )
          select 'null' as answer`);
      });
    },

    async list({ tenantId, userId, type, from, to, afterSeq = 0, limit }) {
      if (!areStorableIds(tenantId, userId ?? tenantId, type ?? tenantId)) return [];
      const rows = await database.ask<EntryRow>(sql`
        select to_jsonb(entry)::text as answer from ${entries} as entry
        where tenant_id = ${tenantId} and seq > ${afterSeq}
          and (${userId ?? null}::text is null or user_id = ${userId ?? null})
          and (${type ?? null}::text is null or type = ${type ?? null})
          and (${from?.toISOString() ?? null}::timestamptz is null or at >= ${from?.toISOString() ?? null})
          and (${to?.toISOString() ?? null}::timestamptz is null or at < ${to?.toISOString() ?? null})
        order by seq limit ${limit}`);
      return rows.map(readEntry);
    },

    async findHead(tenantId) {
      const start: AuditHead = { seq: 0, hash: '' };
      if (!areStorableIds(tenantId)) return start;
      const [head = start] = await database.ask<AuditHead>(sql`
        select jsonb_build_object('seq', seq, 'hash', hash)::text as answer from ${heads}
        where tenant_id = ${tenantId}`);
      return head;
    },
  };
}

function readEntry(row: EntryRow): AuditEntry {
  return {
    tenantId: row.tenant_id,
    seq: row.seq,
    id: row.id,
    at: new Date(row.at),
    type: row.type,
    userId: row.user_id,
    data: row.data,
    keyId: row.key_id,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
