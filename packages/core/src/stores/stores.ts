import type { RevocationStore } from './revocation-store.js';
import type { SessionStore } from './session-store.js';
import type { UserStore } from './user-store.js';

/** The stores that take part in one piece of work. */
export interface StoreSet {
  readonly sessions: SessionStore;
  readonly revocations: RevocationStore;
  readonly users: UserStore;
}

/** All the storage an app hands in. They may come from different adapters. */
export interface Stores extends StoreSet {
  /**
   * Runs `work` so that all it does to the given stores is kept or nothing is. Present only where the stores share one
   * database: whoever puts users from elsewhere beside them leaves it out. It is not used where the revocations are from
   * elsewhere. It commits when the promise resolves and rolls back when it rejects.
   */
  transaction?<T>(work: (stores: StoreSet) => Promise<T>): Promise<T>;

  /** Resolves when every store answers. @throws `AuthError` `store_unavailable` otherwise. */
  ping(): Promise<void>;
}
