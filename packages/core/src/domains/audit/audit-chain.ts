import { isEqualTextConstantTime } from '../../crypto/constant-time.js';
import { hmacSha256 } from '../../crypto/hash.js';
import type { KeyRing } from '../../crypto/key-ring.js';
import type { AuditDraft, AuditEntry, AuditHead, AuditLink, AuditStore } from '../../stores/audit-store.js';

/**
 * Why a link does not hold.
 *
 * - `missing`: the entry with this number is not there.
 * - `reordered`: it does not follow the one before.
 * - `altered`: its hash is not that of its content.
 * - `key_unknown`: the root secret it was made with is not listed any more, or somebody made the key up.
 * - `head_differs`: the chain does not end where the store noted its end.
 */
export type BrokenLinkReason = 'missing' | 'reordered' | 'altered' | 'key_unknown' | 'head_differs';

/** What checking a chain found. */
export interface AuditVerdict {
  readonly intact: boolean;
  /** How many entries held. */
  readonly checked: number;
  /** The first link that does not hold, or `null`. */
  readonly firstBroken: { readonly seq: number; readonly reason: BrokenLinkReason } | null;
}

/**
 * The keyed hash of an entry over the hash before and all its fields (ASVS 16.4.2). Without the key, who can write to the
 * database cannot make a chain that holds.
 */
export function linkAuditEntry(
  keyRing: KeyRing,
  tenantId: string,
  previous: AuditHead,
  draft: AuditDraft,
): AuditLink {
  const keyId = keyRing.activeKeyId;
  return { keyId, hash: hashEntry(keyRing.activeKey('audit'), tenantId, previous, draft) };
}

const pageSize = 500;

/**
 * Recomputes the whole chain of a tenant. Entries appended meanwhile are left for the next time.
 *
 * An end that was cut off together with the noted head is not seen: keep the head elsewhere now and then, and compare.
 *
 * @throws `AuthError` `store_unavailable`.
 */
export async function verifyAuditChain(
  store: AuditStore,
  keyRing: KeyRing,
  tenantId: string,
): Promise<AuditVerdict> {
  const head = await store.findHead(tenantId);
  let last: AuditHead = { seq: 0, hash: '' };
  const broken = (seq: number, reason: BrokenLinkReason): AuditVerdict => ({
    intact: false,
    checked: last.seq,
    firstBroken: { seq, reason },
  });

  for (;;) {
    const page = await store.list({ tenantId, afterSeq: last.seq, limit: pageSize });
    for (const entry of page) {
      const reason = findBreak(keyRing, last, entry);
      if (reason !== null) return broken(last.seq + 1, reason);
      last = entry;
      if (last.seq === head.seq && !isEqualTextConstantTime(last.hash, head.hash)) {
        return broken(last.seq, 'head_differs');
      }
    }
    if (page.length < pageSize) break;
  }
  if (last.seq < head.seq) return broken(last.seq + 1, 'missing');
  // The head was read first: more entries than it says are new ones, or the head was set back.
  const after = last.seq > head.seq ? await store.findHead(tenantId) : head;
  if (after.seq < last.seq) return broken(last.seq, 'head_differs');
  return { intact: true, checked: last.seq, firstBroken: null };
}

function findBreak(keyRing: KeyRing, last: AuditHead, entry: AuditEntry): BrokenLinkReason | null {
  if (entry.seq > last.seq + 1) return 'missing';
  if (entry.seq !== last.seq + 1 || !isEqualTextConstantTime(entry.previousHash, last.hash))
    return 'reordered';
  const key = keyRing.findKey(entry.keyId, 'audit');
  if (key === null) return 'key_unknown';
  return isEqualTextConstantTime(entry.hash, hashEntry(key, entry.tenantId, last, entry)) ? null : 'altered';
}

function hashEntry(key: Uint8Array, tenantId: string, previous: AuditHead, draft: AuditDraft): string {
  return hmacSha256(
    key,
    previous.hash,
    tenantId,
    String(previous.seq + 1),
    draft.id,
    draft.at.toISOString(),
    draft.type,
    // Nobody and a user without a name are two things.
    draft.userPseudonym === null ? '-' : `+${draft.userPseudonym}`,
    draft.data,
  ).toString('base64url');
}
