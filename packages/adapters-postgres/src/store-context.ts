import type { Database } from './connection/database.js';
import type { Now } from './connection/sql-values.js';
import type { Tables } from './schema/tables.js';

/** What every store here is built on. */
export interface StoreContext {
  readonly database: Database;
  readonly tables: Tables;
  readonly now: Now;
}
