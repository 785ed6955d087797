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
  /** When the owner of the account proved that mail to the address reaches them, or `null`. */
  readonly emailVerifiedAt: Date | null;
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

/** What an {@link UpdateUserCommand} may set. `email` and `canonicalEmail` go together. */
export type UserChange = Partial<
  Pick<UserRecord, 'email' | 'canonicalEmail' | 'emailVerifiedAt' | 'name' | 'passwordHash' | 'disabledAt'>
>;

/** Changes an account in one step. */
export interface UpdateUserCommand extends UserRef {
  /** What the account must still hold for the change to happen: as it was when the caller decided. Default: anything. */
  readonly expected?: Partial<Pick<UserRecord, 'passwordHash' | 'canonicalEmail'>>;
  /** The fields to set, at least one; all others stay. */
  readonly set: UserChange;
}

/**
 * What became of an {@link UpdateUserCommand}. Only `updated` changed anything.
 *
 * - `updated`: the account as it is now; also where it held all of `set` already, whatever was expected.
 * - `missing`: there is no such account.
 * - `unexpected`: it does not hold what was expected.
 * - `email_taken`: another account of the tenant has the address.
 */
export type UpdateUserOutcome =
  | { readonly kind: 'updated'; readonly user: UserRecord }
  | { readonly kind: 'missing' | 'unexpected' | 'email_taken' };

/** A place in the list of a tenant's accounts. */
export interface UserCursor {
  readonly createdAt: Date;
  readonly userId: string;
}

/** A part of the list of a tenant's accounts. */
export interface UserPage {
  readonly users: readonly UserRecord[];
  /** Where the next page begins, or `null` when there is none. */
  readonly next: UserCursor | null;
}

/**
 * Holds accounts. Four functions make one over an app's own table; `list` and `delete` are asked for by administration and
 * erasure only.
 *
 * - Missing: `null` or an outcome. A rejected promise means outage and nothing else.
 * - Duplicate: `create` answers `null` when the tenant has the address or the id already; of parallel callers one wins.
 * - Two callers at once: of parallel updates that expect the same, one wins.
 * - The same command twice equals once, in state and in answer.
 * - Users of one tenant are invisible under every other.
 * - Instants have milliseconds.
 */
export interface UserStore extends DescribedStore {
  /** Creates the account. @returns it, or `null` when the address or id is taken; the same command twice is the same account. */
  create(user: NewUser): Promise<UserRecord | null>;

  /** The account, disabled or not, or `null`. */
  find(user: UserRef): Promise<UserRecord | null>;

  /** The account with this address in its canonical form, disabled or not, or `null`. */
  findByEmail(tenantId: string, canonicalEmail: string): Promise<UserRecord | null>;

  /** Changes the account if it still holds what was expected. */
  update(command: UpdateUserCommand): Promise<UpdateUserOutcome>;

  /** The accounts of a tenant, newest first, of one instant by their ids. @param page `limit`: how many at most, 1 to 100. */
  list?(
    tenantId: string,
    page: { readonly limit: number; readonly after: UserCursor | null },
  ): Promise<UserPage>;

  /** Deletes the account for good; its address is free then. @returns whether it was there. */
  delete?(user: UserRef): Promise<boolean>;
}
