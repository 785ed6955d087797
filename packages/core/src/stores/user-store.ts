import type { DescribedStore } from './store-traits.js';

/** Names a user: ids are unique within a tenant. An app without tenants uses `''` throughout. */
export interface UserRef {
  readonly tenantId: string;
  readonly userId: string;
}

/** An account. Holds the password hash: build answers field by field, never from the whole record. */
export interface UserRecord extends UserRef {
  /** As the person wrote it, in NFC, but for letters of the domain that stand for others. Mail goes here. */
  readonly email: string;
  /** The form that decides equality: lower case, domain in punycode. Unique within a tenant. */
  readonly canonicalEmail: string;
  readonly name: string | null;
  readonly roles: readonly string[];
  /** A PHC string, or `null` for an account without a password. */
  readonly passwordHash: string | null;
  readonly createdAt: Date;
  /** Since when the account is disabled, or `null`. */
  readonly disabledAt: Date | null;
}

/** A new account; the store's clock sets `createdAt`. */
export type NewUser = Omit<UserRecord, 'createdAt' | 'disabledAt'>;

/** Replaces a password hash if it is still the one that was read. */
export interface ReplacePasswordCommand extends UserRef {
  readonly expectedHash: string | null;
  readonly passwordHash: string;
}

/**
 * Holds accounts.
 *
 * - Missing: `null` or `false`. A rejected promise means outage and nothing else.
 * - Duplicate: `create` answers `null` when the tenant has the address or the id already; of parallel callers one wins.
 * - Users of one tenant are invisible under every other.
 */
export interface UserStore extends DescribedStore {
  /** Creates the account. @returns it, or `null` when the address or id is taken; the same command twice is the same account. */
  create(user: NewUser): Promise<UserRecord | null>;

  /** The account, disabled or not, or `null`. */
  find(user: UserRef): Promise<UserRecord | null>;

  /** The account with this address in its canonical form, disabled or not, or `null`. */
  findByEmail(tenantId: string, canonicalEmail: string): Promise<UserRecord | null>;

  /** Sets the display name. @returns the account as it is now, or `null` when there is none. */
  rename(user: UserRef, name: string | null): Promise<UserRecord | null>;

  /** Sets a new hash if the stored one is still `expectedHash`. @returns whether the stored hash is the new one now. */
  replacePasswordHash(command: ReplacePasswordCommand): Promise<boolean>;
}
