import type { AuditEntry, AuditHead, AuditQuery, AuditStore } from '../audit-store.js';
import { requireStorableIds } from '../storable-ids.js';

const start: AuditHead = { seq: 0, hash: '' };

/** The audit chains of one process; the reference that adapters are measured against. */
export function createMemoryAuditStore(): AuditStore {
  const chains = new Map<string, { readonly entries: AuditEntry[]; readonly ids: Set<string> }>();

  return {
    traits: { medium: 'memory', durability: 'process' },

    async append({ tenantId, drafts, link }) {
      requireStorableIds({ tenantId });
      const { entries, ids } = chains.get(tenantId) ?? { entries: [], ids: new Set<string>() };
      const added: AuditEntry[] = [];
      for (const draft of drafts) {
        if (ids.has(draft.id) || added.some(({ id }) => id === draft.id)) continue;
        const previous = added.at(-1) ?? entries.at(-1) ?? start;
        added.push({
          ...draft,
          tenantId,
          seq: previous.seq + 1,
          previousHash: previous.hash,
          ...link(previous, draft),
        });
      }
      // A link that throws leaves the chain as it was.
      for (const entry of added) {
        entries.push(entry);
        ids.add(entry.id);
      }
      chains.set(tenantId, { entries, ids });
    },

    async list(query) {
      return (chains.get(query.tenantId)?.entries ?? [])
        .filter((entry) => isMeant(entry, query))
        .slice(0, query.limit);
    },

    async findHead(tenantId) {
      const { seq, hash } = chains.get(tenantId)?.entries.at(-1) ?? start;
      return { seq, hash };
    },
  };
}

function isMeant(entry: AuditEntry, { userId, type, from, to, afterSeq }: AuditQuery): boolean {
  return (
    (userId === undefined || entry.userId === userId) &&
    (type === undefined || entry.type === type) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to) &&
    entry.seq > (afterSeq ?? 0)
  );
}
