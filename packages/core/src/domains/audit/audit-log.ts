import type { KeyRing } from '../../crypto/key-ring.js';
import { createId } from '../../crypto/random.js';
import type { AuthEvent } from '../../events.js';
import type { AuditDraft, AuditEntry, AuditQuery, AuditStore } from '../../stores/audit-store.js';
import { type AuditVerdict, linkAuditEntry, verifyAuditChain } from './audit-chain.js';

/** What happened, in chains that show when somebody changed them. */
export interface AuditLog {
  /**
   * Appends the events, those of a tenant in their order. Left out are `session_renewed`, for their number, and the address
   * and browser of the client, which could not be erased later.
   *
   * @throws `AuthError` `store_unavailable`.
   */
  append(events: readonly AuthEvent[]): Promise<void>;
  /** The entries that match, oldest first. @throws `AuthError` `store_unavailable`. */
  list(query: AuditQuery): Promise<readonly AuditEntry[]>;
  /** Recomputes the chain of a tenant. @throws `AuthError` `store_unavailable`. */
  verify(tenantId: string): Promise<AuditVerdict>;
}

/** The audit log over a store. */
export function createAuditLog(store: AuditStore, keyRing: KeyRing): AuditLog {
  return {
    async append(events) {
      const audited = events.filter(isAudited);
      // In one order for all, so that no two transactions wait for each other in a circle.
      for (const tenantId of [...new Set(audited.map((event) => event.tenantId))].sort()) {
        await store.append({
          tenantId,
          drafts: audited.filter((event) => event.tenantId === tenantId).map(draftOf),
          link: (previous, draft) => linkAuditEntry(keyRing, tenantId, previous, draft),
        });
      }
    },
    list: (query) => store.list(query),
    verify: (tenantId) => verifyAuditChain(store, keyRing, tenantId),
  };
}

function isAudited({ type }: AuthEvent): boolean {
  return type !== 'session_renewed';
}

function draftOf(event: AuthEvent): AuditDraft {
  const { at, tenantId: _tenant, type, userId, ...rest } = event;
  const data = Object.entries(rest).filter(([name]) => name !== 'ip' && name !== 'userAgent');
  return { id: createId(), at, type, userId, data: JSON.stringify(Object.fromEntries(data)) };
}
