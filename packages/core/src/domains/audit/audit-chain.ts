import { isEqualTextConstantTime } from '../../crypto/constant-time.js';
import { hmacSha256 } from '../../crypto/hash.js';
import type { KeyRing } from '../../crypto/key-ring.js';
import type {
  AuditDraft,
  AuditEntry,
  AuditHead,
  AuditLink,
  AuditSeal,
  AuditStore,
} from '../../stores/audit-store.js';

/**
 * Why a link does not hold.
 *
 * - `missing`: the entry with this number is not there.
 * - `reordered`: it does not follow the one before, or stands where entries were removed.
 * - `altered`: its hash is not that of its content.
 * - `key_unknown`: the root secret it was made with is not listed any more, or somebody made the key up.
 * - `head_differs`: the chain does not end where the store noted its end.
 * - `seal_forged`: the seal in the place of removed entries, of which this was the last, is not of who has the key.
 */
export type BrokenLinkReason =
  | 'missing'
  | 'reordered'
  | 'altered'
  | 'key_unknown'
  | 'head_differs'
  | 'seal_forged';

const beginning: AuditHead = { seq: 0, hash: '' };

/** What checking a chain found. */
export interface AuditVerdict {
  readonly intact: boolean;
  /** How many entries held; those that were pruned do not count. */
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

/** Makes the seal that stands for the entries up to `last`, which were checked. */
function sealAuditChain(keyRing: KeyRing, tenantId: string, { seq, hash }: AuditHead): AuditSeal {
  const keyId = keyRing.activeKeyId;
  return { seq, hash, keyId, mac: macOfSeal(keyRing.activeKey('audit-seal'), tenantId, { seq, hash }) };
}

const pageSize = 500;

/**
 * Recomputes the chain of a tenant, from its seal on where entries were pruned. Entries appended meanwhile are left for the
 * next time.
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
  for (;;) {
    const seal = await store.findSeal(tenantId);
    const verdict = await verifyFrom(store, keyRing, tenantId, seal);
    // What was pruned while it was read looks as if it had been cut out.
    if (verdict.intact || !(await hasMoved(store, tenantId, seal))) return verdict;
  }
}

async function verifyFrom(
  store: AuditStore,
  keyRing: KeyRing,
  tenantId: string,
  seal: AuditSeal | null,
): Promise<AuditVerdict> {
  const head = await store.findHead(tenantId);
  const start = seal ?? beginning;
  let last: AuditHead = start;
  const broken = (seq: number, reason: BrokenLinkReason): AuditVerdict => ({
    intact: false,
    checked: last.seq - start.seq,
    firstBroken: { seq, reason },
  });
  const isOtherHead = () => last.seq === head.seq && !isEqualTextConstantTime(last.hash, head.hash);

  const sealReason = seal === null ? null : findSealBreak(keyRing, tenantId, seal);
  if (sealReason !== null) return broken(start.seq, sealReason);
  if (isOtherHead()) return broken(start.seq, 'head_differs');
  // Also before the seal: whoever reads the log is shown what somebody put there.
  for (let afterSeq = 0; ; afterSeq = last.seq) {
    const page = await store.list({ tenantId, afterSeq, limit: pageSize });
    for (const entry of page) {
      const reason = findBreak(keyRing, last, entry);
      if (reason !== null) return broken(placeOf(last, entry), reason);
      last = entry;
      if (isOtherHead()) return broken(last.seq, 'head_differs');
    }
    if (page.length < pageSize) break;
  }
  if (last.seq < head.seq) return broken(last.seq + 1, 'missing');
  // The head was read first: more entries than it says are new ones, or the head was set back.
  const after = last.seq > head.seq ? await store.findHead(tenantId) : head;
  if (after.seq < last.seq) return broken(last.seq, 'head_differs');
  return { intact: true, checked: last.seq - start.seq, firstBroken: null };
}

/** What removing old entries came to. */
export interface AuditPruning {
  /** How many entries were removed. */
  readonly removed: number;
  /** The link that did not hold and was left with all after it, or `null`. */
  readonly firstBroken: AuditVerdict['firstBroken'];
}

/**
 * Removes the oldest entries of a tenant, up to the first that is not older than `before`. Each is checked first, so that no
 * seal is put on what somebody changed. Up to 500 at a time: what is removed stays so if a later step fails.
 *
 * @throws `AuthError` `store_unavailable`.
 */
export async function pruneAuditChain(
  store: AuditStore,
  keyRing: KeyRing,
  tenantId: string,
  before: Date,
): Promise<AuditPruning> {
  let removed = 0;
  for (;;) {
    const seal = await store.findSeal(tenantId);
    const step = await findPrunable(store, keyRing, tenantId, { seal, before });
    if (step.last !== null) {
      removed += await store.prune({ tenantId, seal: sealAuditChain(keyRing, tenantId, step.last) });
    }
    // Somebody else who prunes may have been first; then it goes on from their seal.
    if (!(await hasMoved(store, tenantId, seal))) return { removed, firstBroken: step.firstBroken };
  }
}

async function findPrunable(
  store: AuditStore,
  keyRing: KeyRing,
  tenantId: string,
  { seal, before }: { readonly seal: AuditSeal | null; readonly before: Date },
): Promise<{ readonly last: AuditHead | null; readonly firstBroken: AuditVerdict['firstBroken'] }> {
  const start = seal ?? beginning;
  const sealReason = seal === null ? null : findSealBreak(keyRing, tenantId, seal);
  if (sealReason !== null) return { last: null, firstBroken: { seq: start.seq, reason: sealReason } };
  let last: AuditHead = start;
  // Also what stands before the seal, which would go with the rest.
  for (const entry of await store.list({ tenantId, limit: pageSize })) {
    const reason = findBreak(keyRing, last, entry);
    if (reason !== null) return { last: afterStart(), firstBroken: { seq: placeOf(last, entry), reason } };
    if (entry.at >= before) break;
    last = entry;
  }
  return { last: afterStart(), firstBroken: null };

  function afterStart(): AuditHead | null {
    return last.seq > start.seq ? last : null;
  }
}

/** Whether entries were pruned since. */
async function hasMoved(store: AuditStore, tenantId: string, seal: AuditSeal | null): Promise<boolean> {
  const now = await store.findSeal(tenantId);
  return (now ?? beginning).seq > (seal ?? beginning).seq;
}

function findSealBreak(keyRing: KeyRing, tenantId: string, seal: AuditSeal): BrokenLinkReason | null {
  const key = keyRing.findKey(seal.keyId, 'audit-seal');
  if (key === null) return 'key_unknown';
  return isEqualTextConstantTime(seal.mac, macOfSeal(key, tenantId, seal)) ? null : 'seal_forged';
}

function macOfSeal(key: Uint8Array, tenantId: string, { seq, hash }: AuditHead): string {
  return hmacSha256(key, tenantId, String(seq), hash).toString('base64url');
}

/** Which link does not hold: the one that should come next, or one that should not be there any more. */
function placeOf(last: AuditHead, entry: AuditEntry): number {
  return Math.min(last.seq + 1, entry.seq);
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
