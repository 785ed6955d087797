import type { Database } from './connection/database.js';
import type { Keys } from './keys.js';

/** What every part of the stores works with. */
export interface StoreContext {
  readonly database: Database;
  readonly keys: Keys;
}
