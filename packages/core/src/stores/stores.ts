import type { AuditStore } from './audit-store.js';
import type { OneTimeTokenStore } from './one-time-token-store.js';
import type { RateLimitStore } from './rate-limit-store.js';
import type { RevocationStore } from './revocation-store.js';
import type { RoleStore } from './role-store.js';
import type { SecondFactorStore } from './second-factor-store.js';
import type { SessionStore } from './session-store.js';
import type { UserStore } from './user-store.js';

/** The stores that take part in one piece of work. */
export interface StoreSet {
  readonly sessions: SessionStore;
  readonly revocations: RevocationStore;
  readonly users: UserStore;
  readonly oneTimeTokens: OneTimeTokenStore;
  /** Left out: nobody has a second factor. */
  readonly secondFactors?: SecondFactorStore;
  /** Left out: everybody has the roles of their account, and nothing changes them while the app runs. */
  readonly roles?: RoleStore;
  /** Left out: what happened is told to the app and not kept. */
  readonly audit?: AuditStore;
}

/** Runs work on several stores so that all of it is kept or nothing is. */
export interface Transactions {
  /**
   * The stores that take part. It is used only where accounts and sessions are those of the app; revocations that the app
   * keeps elsewhere are recorded after the commit.
   */
  readonly covers: StoreSet;

  /** Commits when the promise of `work` resolves and rolls back when it rejects. */
  run<T>(work: (stores: StoreSet) => Promise<T>): Promise<T>;
}

/**
 * All the storage an app hands in. They may come from different adapters: spread the stores of one and put others beside
 * or above them, such as `{ ...postgresStores({ pool }), users: ownUsers }`. `createAuth` says what follows.
 */
export interface Stores extends StoreSet {
  readonly rateLimits: RateLimitStore;

  /** Present where the stores share one database. */
  readonly transactions?: Transactions;
}
