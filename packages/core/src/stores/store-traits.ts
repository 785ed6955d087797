/**
 * What a store says of itself, from which `createAuth` derives what it can promise.
 *
 * - `process`: the data are in this process alone and end with it. No other node sees them.
 * - `failover`: all nodes see them; the last writes can be lost when a primary fails.
 * - `committed`: all nodes see them; what was answered stays.
 */
export interface StoreTraits {
  /** What holds the data, in a word for people, such as `postgres`. */
  readonly medium: string;
  readonly durability: 'process' | 'failover' | 'committed';
}

/** A store that may say what it is. One that does not, such as an app's own users table, is taken to be `committed`. */
export interface DescribedStore {
  readonly traits?: StoreTraits;

  /**
   * Resolves when whatever holds the data answers; for readiness. Stores in one place share one function, so that it is asked
   * once. Absent: there is nothing to ask. @throws `AuthError` `store_unavailable` otherwise.
   */
  ping?(): Promise<void>;
}
