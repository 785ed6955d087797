import { Kysely } from 'kysely';
import { createPgliteDialect, type Pglite } from './pglite-dialect.js';
import { createPoolDialect, type PgPool, type PgStatementOptions } from './pool-dialect.js';
import { createPoolSender } from './pool-sender.js';
import type { SendStatement } from './statement.js';

/** The app's way to its database: exactly one of them. */
export type Connection =
  | { readonly pool: PgPool; readonly kysely?: never; readonly pglite?: never }
  | {
      /** Its plugins are left out here: they would rename our columns. */
      // biome-ignore lint/suspicious/noExplicitAny: whatever tables the app knows of.
      readonly kysely: Kysely<any>;
      readonly pool?: never;
      readonly pglite?: never;
    }
  | {
      /** It has one session: while a transaction of the app is open on it, the stores wait, and the other way round. */
      readonly pglite: Pglite;
      readonly pool?: never;
      readonly kysely?: never;
    };

/** The short way for single statements, where there is one. */
export function openSender({ pool }: Connection, options: PgStatementOptions): SendStatement | undefined {
  return pool === undefined ? undefined : createPoolSender(pool, options);
}

/**
 * Kysely on the app's connection.
 *
 * @throws `TypeError` unless exactly one is given.
 */
export function openConnection(
  { pool, kysely, pglite }: Connection,
  options: PgStatementOptions,
): Kysely<unknown> {
  if ([pool, kysely, pglite].filter((given) => given !== undefined).length !== 1) {
    throw new TypeError('pool, kysely, pglite: expected exactly one of them');
  }
  if (kysely !== undefined) return kysely.withoutPlugins();
  if (pglite !== undefined) return new Kysely({ dialect: createPgliteDialect(pglite) });
  return new Kysely({ dialect: createPoolDialect(pool as PgPool, options) });
}
