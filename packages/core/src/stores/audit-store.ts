import type { DescribedStore } from './store-traits.js';
import type { UserRef } from './user-store.js';

/** An act to be recorded, before it has its place in the chain. */
export interface AuditDraft {
  /** Random, 22 characters of base64url: the same draft appended twice is one entry. */
  readonly id: string;
  /** Milliseconds count. */
  readonly at: Date;
  /** What happened, such as `authn_login_success`. */
  readonly type: string;
  /** The pseudonym of whom it is about, or `null` where nobody is known. */
  readonly userPseudonym: string | null;
  /** The rest as JSON text. Holds no secret and no user id; address and browser are sealed in it. */
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

/** What stands for entries that were removed: the last of them, and a proof that it was sealed by who has the key. */
export interface AuditSeal extends AuditHead, AuditLink {
  /** The number of the last entry that was removed. */
  readonly seq: number;
  /** The hash of that entry. */
  readonly hash: string;
  /** A MAC over tenant, `seq` and `hash`, made with the key `keyId`. */
  readonly mac: string;
}

/** Removes the oldest entries of one tenant. */
export interface PruneAuditCommand {
  readonly tenantId: string;
  readonly seal: AuditSeal;
}

/** Which entries of a tenant, in the order of the chain. What is left out does not matter. */
export interface AuditQuery {
  readonly tenantId: string;
  readonly userPseudonym?: string;
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
 * By which name a user goes in the log: what ties the entries to a person, and the only thing that does. Without the salt nobody can
 * read from where the user's requests came.
 */
export interface AuditPseudonym extends UserRef {
  /** 43 characters of base64url, made from `salt` and the user. */
  readonly pseudonym: string;
  /** Random, 22 characters of base64url: shows whose pseudonym it is, and without it nobody can tell. */
  readonly salt: string;
}

/**
 * Keeps what happened, one chain per tenant, and apart from it who its pseudonyms stand for.
 *
 * - Entries are appended and read, never changed, and deleted only from the start of a chain up to a seal.
 * - Reading the head, linking and advancing it are one step: of parallel `append` commands all are kept, in one chain
 *   without gaps. All drafts of a command are kept or none.
 * - A draft whose id the tenant has is skipped, so the same command twice equals once; ids of pruned entries are not kept.
 * - A user of a tenant has one pseudonym at most, and a pseudonym one user. They may be forgotten; entries never change.
 */
export interface AuditStore extends DescribedStore {
  /** Puts the drafts at the end of the chain, in their order. */
  append(command: AppendAuditCommand): Promise<void>;

  /** The entries that match, oldest first. */
  list(query: AuditQuery): Promise<readonly AuditEntry[]>;

  /** The end of the chain as the store noted it, apart from the entries: fewer entries than it says were cut off. */
  findHead(tenantId: string): Promise<AuditHead>;

  /**
   * Removes the entries up to the one that the seal is of, with it, and keeps the seal in place of an older one, all in one
   * step. Nothing happens unless that entry is there with that hash. The end of the chain stays where it is.
   *
   * @returns how many were removed; of parallel calls each entry counts for one.
   */
  prune(command: PruneAuditCommand): Promise<number>;

  /** The seal with which the chain begins, or `null` where nothing was removed. */
  findSeal(tenantId: string): Promise<AuditSeal | null>;

  /**
   * Gives each user the proposed pseudonym, unless they have one. Finding and giving are one step: of parallel calls for one
   * user all are answered alike. Every user is proposed once. An empty list is asked for so that nobody takes as long as somebody:
   * let it cost what finding one user costs.
   *
   * @returns what each has now, in no order.
   */
  assignPseudonyms(proposals: readonly AuditPseudonym[]): Promise<readonly AuditPseudonym[]>;

  /** The pseudonym of a user, or `null`. */
  findPseudonym(user: UserRef): Promise<AuditPseudonym | null>;

  /** Who these pseudonyms of a tenant stand for, in no order; those of nobody are left out. */
  listPseudonyms(tenantId: string, pseudonyms: readonly string[]): Promise<readonly AuditPseudonym[]>;

  /** Deletes the pseudonym of a user for good; the next one given is another. @returns whether there was one. */
  forgetPseudonym(user: UserRef): Promise<boolean>;
}
