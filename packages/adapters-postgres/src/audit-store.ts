import {
  type AuditEntry,
  type AuditHead,
  type AuditPseudonym,
  type AuditSeal,
  type AuditStore,
  areStorableIds,
  requireStorableIds,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import { instant, json, textArray } from './connection/sql-values.js';
import { ofUser } from './sessions/session-sql.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** A row as `to_jsonb` gives it. */
interface EntryRow {
  readonly tenant_id: string;
  readonly seq: number;
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly user_pseudonym: string | null;
  readonly data: string;
  readonly key_id: string;
  readonly previous_hash: string;
  readonly hash: string;
}

/** A row of the map as `to_jsonb` gives it. */
interface PseudonymRow {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly pseudonym: string;
  readonly salt: string;
}

/** The audit chains in Postgres. The head of a tenant is a row that is locked while entries are linked to it. */
export function createAuditStore({ database, tables }: StoreContext): AuditStore {
  const {
    audit_entries: entries,
    audit_heads: heads,
    audit_pseudonyms: pseudonyms,
    audit_seals: seals,
  } = tables.ref;

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
            user_pseudonym: draft.userPseudonym,
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
              tenant_id text, seq bigint, id text, at timestamptz, type text, user_pseudonym text, data text,
              key_id text, previous_hash text, hash text)
          ), advanced as (
            update ${heads} set seq = ${last.seq}, hash = ${last.hash} where tenant_id = ${tenantId}
          )
          select 'null' as answer`);
      });
    },

    async list({ tenantId, userPseudonym, type, from, to, afterSeq = 0, limit }) {
      if (!areStorableIds(tenantId, userPseudonym ?? tenantId, type ?? tenantId)) return [];
      const rows = await database.ask<EntryRow>(sql`
        select to_jsonb(entry)::text as answer from ${entries} as entry
        where tenant_id = ${tenantId} and seq > ${afterSeq}
          and (${userPseudonym ?? null}::text is null or user_pseudonym = ${userPseudonym ?? null})
          and (${type ?? null}::text is null or type = ${type ?? null})
          and ${from === undefined ? sql`true` : sql`at >= ${instant(from)}`}
          and ${to === undefined ? sql`true` : sql`at < ${instant(to)}`}
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

    async prune({ tenantId, seal }) {
      const { seq, hash, keyId, mac } = seal;
      if (!areStorableIds(tenantId)) return 0;
      return database.atomically(async (place) => {
        const [isSealed = false] = await place.ask<boolean>(sql`
          with sealed as (
            insert into ${seals} as known (tenant_id, seq, hash, key_id, mac)
            select tenant_id, seq, hash, ${keyId}::text, ${mac}::text from ${entries}
            where tenant_id = ${tenantId} and seq = ${seq} and hash = ${hash}
            on conflict (tenant_id) do update
              set seq = excluded.seq, hash = excluded.hash, key_id = excluded.key_id, mac = excluded.mac
              where known.seq < excluded.seq
            returning 1
          )
          select 'true' as answer from sealed`);
        if (!isSealed) return 0;
        // A statement of its own: it sees what those left who held the seal before.
        const [removed = 0] = await place.ask<number>(sql`
          with removed as (delete from ${entries} where tenant_id = ${tenantId} and seq <= ${seq} returning 1)
          select count(*)::text as answer from removed`);
        return removed;
      });
    },

    async findSeal(tenantId) {
      if (!areStorableIds(tenantId)) return null;
      const [seal = null] = await database.ask<AuditSeal>(sql`
        select jsonb_build_object('seq', seq, 'hash', hash, 'keyId', key_id, 'mac', mac)::text as answer
        from ${seals} where tenant_id = ${tenantId}`);
      return seal;
    },

    async assignPseudonyms(proposals) {
      for (const { tenantId, userId, pseudonym, salt } of proposals)
        requireStorableIds({ tenantId, userId, pseudonym, salt });
      const rows = proposals.map(toPseudonymRow);
      const proposed = sql`jsonb_to_recordset(${json(rows)}) as row (
        tenant_id text, user_id text, pseudonym text, salt text)`;
      const known = await database.ask<PseudonymRow>(sql`
        select to_jsonb(known)::text as answer from ${pseudonyms} as known
        join ${proposed} on known.tenant_id = row.tenant_id and known.user_id = row.user_id`);
      if (known.length === rows.length) return known.map(readPseudonym);
      // Mostly they are known, and reading locks nothing. Who comes second at a new one gets what the first one gave; in one
      // order for all, so that no two transactions wait for each other in a circle.
      const assigned = await database.ask<PseudonymRow>(sql`
        with assigned as (
          insert into ${pseudonyms} as known (tenant_id, user_id, pseudonym, salt)
          select tenant_id, user_id, pseudonym, salt from ${proposed} order by tenant_id, user_id
          on conflict (tenant_id, user_id) do update set salt = known.salt
          returning *
        )
        select to_jsonb(assigned)::text as answer from assigned`);
      return assigned.map(readPseudonym);
    },

    async findPseudonym(user) {
      if (!areStorableIds(user.tenantId, user.userId)) return null;
      const [row] = await database.ask<PseudonymRow>(sql`
        select to_jsonb(known)::text as answer from ${pseudonyms} as known where ${ofUser(user)}`);
      return row === undefined ? null : readPseudonym(row);
    },

    async listPseudonyms(tenantId, names) {
      const storable = names.filter((name) => areStorableIds(name));
      if (storable.length === 0 || !areStorableIds(tenantId)) return [];
      const rows = await database.ask<PseudonymRow>(sql`
        select to_jsonb(known)::text as answer from ${pseudonyms} as known
        where tenant_id = ${tenantId} and pseudonym = any(${textArray(storable)})`);
      return rows.map(readPseudonym);
    },

    async forgetPseudonym(user) {
      if (!areStorableIds(user.tenantId, user.userId)) return false;
      const forgotten = await database.ask(sql`
        with forgotten as (delete from ${pseudonyms} where ${ofUser(user)} returning 1)
        select 'true' as answer from forgotten`);
      return forgotten.length > 0;
    },
  };
}

function toPseudonymRow({ tenantId, userId, pseudonym, salt }: AuditPseudonym): PseudonymRow {
  return { tenant_id: tenantId, user_id: userId, pseudonym, salt };
}

function readPseudonym(row: PseudonymRow): AuditPseudonym {
  return { tenantId: row.tenant_id, userId: row.user_id, pseudonym: row.pseudonym, salt: row.salt };
}

function readEntry(row: EntryRow): AuditEntry {
  return {
    tenantId: row.tenant_id,
    seq: row.seq,
    id: row.id,
    at: new Date(row.at),
    type: row.type,
    userPseudonym: row.user_pseudonym,
    data: row.data,
    keyId: row.key_id,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
