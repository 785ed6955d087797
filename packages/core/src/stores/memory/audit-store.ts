import type {
  AuditEntry,
  AuditHead,
  AuditPseudonym,
  AuditQuery,
  AuditSeal,
  AuditStore,
} from '../audit-store.js';
import { requireStorableIds } from '../storable-ids.js';
import type { UserRef } from '../user-store.js';

const start: AuditHead = { seq: 0, hash: '' };

/** The audit chains of one process; the reference that adapters are measured against. */
export function createMemoryAuditStore(): AuditStore {
  const chains = new Map<string, { readonly entries: AuditEntry[]; readonly ids: Set<string> }>();
  const seals = new Map<string, AuditSeal>();
  const byUser = new Map<string, AuditPseudonym>();
  const byPseudonym = new Map<string, AuditPseudonym>();

  return {
    traits: { medium: 'memory', durability: 'process' },

    async append({ tenantId, drafts, link }) {
      requireStorableIds({ tenantId });
      const { entries, ids } = chains.get(tenantId) ?? { entries: [], ids: new Set<string>() };
      const added: AuditEntry[] = [];
      for (const draft of drafts) {
        if (ids.has(draft.id) || added.some(({ id }) => id === draft.id)) continue;
        const previous = added.at(-1) ?? entries.at(-1) ?? seals.get(tenantId) ?? start;
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
      const { seq, hash } = chains.get(tenantId)?.entries.at(-1) ?? seals.get(tenantId) ?? start;
      return { seq, hash };
    },

    async prune({ tenantId, seal }) {
      const { entries, ids } = chains.get(tenantId) ?? { entries: [], ids: new Set() };
      const last = entries.findIndex(({ seq, hash }) => seq === seal.seq && hash === seal.hash);
      const removed = entries.splice(0, last + 1);
      for (const { id } of removed) ids.delete(id);
      if (removed.length > 0) seals.set(tenantId, seal);
      return removed.length;
    },

    async findSeal(tenantId) {
      return seals.get(tenantId) ?? null;
    },

    async assignPseudonyms(proposals) {
      for (const { tenantId, userId, pseudonym, salt } of proposals)
        requireStorableIds({ tenantId, userId, pseudonym, salt });
      return proposals.map((proposal) => {
        const known = byUser.get(userKey(proposal));
        if (known !== undefined) return known;
        byUser.set(userKey(proposal), proposal);
        byPseudonym.set(pseudonymKey(proposal.tenantId, proposal.pseudonym), proposal);
        return proposal;
      });
    },

    async findPseudonym(user) {
      return byUser.get(userKey(user)) ?? null;
    },

    async listPseudonyms(tenantId, pseudonyms) {
      return [...new Set(pseudonyms)].flatMap(
        (pseudonym) => byPseudonym.get(pseudonymKey(tenantId, pseudonym)) ?? [],
      );
    },

    async forgetPseudonym(user) {
      const known = byUser.get(userKey(user));
      if (known === undefined) return false;
      byPseudonym.delete(pseudonymKey(known.tenantId, known.pseudonym));
      return byUser.delete(userKey(user));
    },
  };
}

function userKey({ tenantId, userId }: UserRef): string {
  return `${tenantId}\0${userId}`;
}

function pseudonymKey(tenantId: string, pseudonym: string): string {
  return `${tenantId}\0${pseudonym}`;
}

function isMeant(entry: AuditEntry, { userPseudonym, type, from, to, afterSeq }: AuditQuery): boolean {
  return (
    (userPseudonym === undefined || entry.userPseudonym === userPseudonym) &&
    (type === undefined || entry.type === type) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to) &&
    entry.seq > (afterSeq ?? 0)
  );
}
