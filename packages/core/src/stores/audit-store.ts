import type { DescribedStore } from './store-traits.js';

/** An act to be recorded, before it has its place in the chain. */
export interface AuditDraft {
  /** Random, 22 characters of base64url: the same draft appended twice is one entry. */
  readonly id: string;
  /** Milliseconds count. */
  readonly at: Date;
  /** What happened, such as `authn_login_success`. */
  readonly type: string;
  /** Whom it is about, or `null` where nobody is known. */
  readonly userId: string | null;
  /** The rest as JSON text. Holds no secret. */
  readonly data: string;
}

/** The last entry of a tenant's chain. `seq` is 0 and `hash` is `''` where there is none. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

/** What ties an entry to the one before. */
export interface AuditLink {
  /** The key that made the hash. */
  readonly keyId: string;
  readonly hash: string;
}

/** An act in its place in the chain of its tenant. */
export interface AuditEntry extends AuditDraft, AuditLink {
  readonly tenantId: string;
  /** From 1, without gaps. */
  readonly seq: number;
  /** The hash of the entry before, `''` for the first. */
  readonly previousHash: string;
}

/** Appends to the chain of one tenant. */
export interface AppendAuditCommand {
  readonly tenantId: string;
  readonly drafts: readonly AuditDraft[];
  /** Makes the hash of a draft that comes after `previous`. Called while the chain is locked: it must not wait. */
  readonly link: (previous: AuditHead, draft: AuditDraft) => AuditLink;
}

/** Which entries of a tenant, in the order of the chain. What is left out does not matter. */
export interface AuditQuery {
  readonly tenantId: string;
  readonly userId?: string;
  readonly type?: string;
  /** The first instant. */
  readonly from?: Date;
  /** The instant before which. */
  readonly to?: Date;
  /** Only entries with a greater `seq`: where the last page ended. */
  readonly afterSeq?: number;
  /** At most so many. */
  readonly limit: number;
}

/**
 * Keeps what happened, one chain per tenant.
 *
 * - Entries are appended and read, never changed and never deleted.
 * - Reading the head, linking and advancing it are one step: of parallel `append` commands all are kept, in one chain
 *   without gaps. All drafts of a command are kept or none.
 * - A draft whose id the tenant has is skipped, so the same command twice equals once.
 */
export interface AuditStore extends DescribedStore {
  /** Puts the drafts at the end of the chain, in their order. */
  append(command: AppendAuditCommand): Promise<void>;

  /** The entries that match, oldest first. */
  list(query: AuditQuery): Promise<readonly AuditEntry[]>;

  /** The end of the chain as the store noted it, apart from the entries: fewer entries than it says were cut off. */
  findHead(tenantId: string): Promise<AuditHead>;
}
