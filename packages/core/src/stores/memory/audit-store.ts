import type { AuditEntry, AuditHead, AuditQuery, AuditStore } from '../audit-store.js';
import { requireStorableIds } from '../storable-ids.js';

const start: AuditHead = { seq: 0, hash: '' };

/** The audit chains of one process; the reference that adapters are measured against. */
export function createMemoryAuditStore(): AuditStore {
  const chains = new Map<string, AuditEntry[]>();

  return {
    traits: { medium: 'memory', durability: 'process' },

    async append({ tenantId, drafts, link }) {
      requireStorableIds({ tenantId });
      const chain = chains.get(tenantId) ?? [];
      const added: AuditEntry[] = [];
      for (const draft of drafts) {
        const isKnown = [...chain, ...added].some(({ id }) => id === draft.id);
        if (isKnown) continue;
        const previous = added.at(-1) ?? chain.at(-1) ?? start;
        added.push({
          ...draft,
          tenantId,
          seq: previous.seq + 1,
          previousHash: previous.hash,
          ...link(previous, draft),
        });
      }
      // A link that throws leaves the chain as it was.
      chains.set(tenantId, [...chain, ...added]);
    },

    async list(query) {
      return (chains.get(query.tenantId) ?? [])
        .filter((entry) => isMeant(entry, query))
        .slice(0, query.limit);
    },

    async findHead(tenantId) {
      const { seq, hash } = chains.get(tenantId)?.at(-1) ?? start;
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
