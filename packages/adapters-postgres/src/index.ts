export type { Connection } from './connection/open-connection.js';
export type { AppTransaction } from './connection/open-transaction.js';
export type { Pglite, PgliteSession } from './connection/pglite-dialect.js';
export type { PgClient, PgPool, PgPoolClient } from './connection/pool-dialect.js';
export type { ManualChange, ManualChangesQuery } from './manual-changes.js';
export { type PostgresStores, type PostgresStoresOptions, postgresStores } from './postgres-stores.js';
export type { SchemaProblem } from './schema/check-schema.js';
export type { Migration } from './schema/migration.js';
export type { TablesOptions } from './schema/tables.js';
