import { Kysely, type Transaction } from 'kysely';
import { createPgliteTransactionDialect, type PgliteSession } from './pglite-dialect.js';
import { createClientDialect, type PgClient, type PgStatementOptions } from './pool-dialect.js';

/** A transaction that the app began and will end. */
// biome-ignore lint/suspicious/noExplicitAny: whatever tables the app knows of.
export type AppTransaction = PgClient | Transaction<any> | PgliteSession;

/** Kysely inside the app's transaction. */
export function openTransaction(transaction: AppTransaction, options: PgStatementOptions): Kysely<unknown> {
  if ('isTransaction' in transaction) return transaction.withoutPlugins() as unknown as Kysely<unknown>;
  if ('exec' in transaction) return new Kysely({ dialect: createPgliteTransactionDialect(transaction) });
  return new Kysely({ dialect: createClientDialect(transaction, options) });
}
