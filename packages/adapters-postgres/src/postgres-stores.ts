import {
  type Clock,
  type Duration,
  parseDuration,
  type RevocationLog,
  type StoreSet,
  type Stores,
  storeUnavailable,
  type Transactions,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import { createAuditStore } from './audit-store.js';
import { createDatabase, type Database } from './connection/database.js';
import { type Connection, openConnection, openSender } from './connection/open-connection.js';
import { type AppTransaction, openTransaction } from './connection/open-transaction.js';
import { createNow } from './connection/sql-values.js';
import { listManualChanges, type ManualChange, type ManualChangesQuery } from './manual-changes.js';
import { createOneTimeTokenStore } from './one-time-token-store.js';
import { createRateLimitStore } from './rate-limit-store.js';
import { announcingRevocations, announcingSessions } from './revocation-log/announcing-stores.js';
import { createRevocationLog } from './revocation-log/revocation-log.js';
import { createWakeUps } from './revocation-log/wake-ups.js';
import { createRevocationStore } from './revocation-store.js';
import { createRoleStore } from './role-store.js';
import { checkSchema, type SchemaProblem } from './schema/check-schema.js';
import { migrate, migrationScript } from './schema/migrate.js';
import type { Migration } from './schema/migration.js';
import { migrationsFor } from './schema/migrations/index.js';
import { createTables, type TablesOptions } from './schema/tables.js';
import { createSecondFactorStore } from './second-factor-store.js';
import { createSessionStore } from './session-store.js';
import type { StoreContext } from './store-context.js';
import { createUserStore } from './user-store.js';

/** What {@link postgresStores} is given: a connection, and where the tables are. */
export type PostgresStoresOptions = Connection &
  TablesOptions & {
    /** For every call, with the wait for a connection: `100ms` to `10m`, default `5s`. Then it is `store_unavailable`. */
    readonly timeout?: Duration;
    /**
     * The pool leads to a pooler that changes the server connection between transactions, such as PgBouncer before 1.21,
     * so that nothing can be prepared. Default `false`: statements are prepared once per connection.
     */
    readonly usesTransactionPooler?: boolean;
    /**
     * Nodes that hold the revocations in memory hear of new ones at once, by NOTIFY and LISTEN, instead of at their next
     * poll. It holds one connection of the pool for each node; what your own transactions add waits for the poll. Not with
     * `kysely` and not with `usesTransactionPooler`, which cannot listen. Default `false`.
     */
    readonly wakeUps?: boolean;
    /** Keeps what happened in hash chains, in the transaction of the change. Default `false`. */
    readonly audit?: boolean;
    /** Tests only: without it the database's own clock decides, which is the same for all nodes. */
    readonly clock?: Clock;
  };

/** Who hears of revocations. */
interface Readers {
  readonly log?: RevocationLog;
  readonly announce?: (() => void) | undefined;
}

/** All stores in one Postgres database. */
export interface PostgresStores extends Stores {
  /**
   * Runs work in one READ COMMITTED transaction on one connection; its stores are good only until it settles.
   *
   * `run` rejects with what the work throws, after rolling back, and with `AuthError` `store_unavailable` when the database
   * is away. If that happens while committing, nobody knows whether it was kept: repeat the same commands.
   */
  readonly transactions: Transactions;

  /** Resolves when the database answers. @throws `AuthError` `store_unavailable` otherwise. */
  ping(): Promise<void>;

  /**
   * The stores inside a transaction of the app: a `pg` client after `begin`, a Kysely or a PGlite transaction.
   *
   * What they do is kept or lost with the rest. The transaction must be READ COMMITTED, Postgres' default: at a stricter
   * level it sees only what was there when it began, and calls that would go by that are `store_unavailable`. Commit soon, for a
   * session or user it touched is locked until then.
   */
  withTransaction(transaction: AppTransaction): StoreSet;

  /**
   * Brings the schema up to date; all or nothing, and safe to call from several nodes at once. It creates tables, so it
   * may be given to another database role than the one that serves requests, whose pool then never calls it.
   *
   * @returns the ids of the migrations that ran now.
   * @throws `AuthError` `store_unavailable`, with what the database said as its cause.
   */
  migrate(): Promise<readonly string[]>;

  /** All migrations, in their order, with their SQL. No I/O. */
  listMigrations(): readonly Migration[];

  /** One SQL script that creates everything in a database that has none of it, for those who migrate by hand. No I/O. */
  migrationSql(): string;

  /**
   * What is wrong with the database, in words: migrations to run, tables or columns that are missing, a default isolation
   * level that is not READ COMMITTED. Empty when all is well. Call it when the app starts.
   *
   * @throws `AuthError` `store_unavailable` when the database is away.
   */
  checkSchema(): Promise<readonly SchemaProblem[]>;

  /**
   * Accounts that somebody made, or whose roles, password, address or lock they changed, by SQL of their own, and roles that
   * they granted, took away, made or changed: recorded by triggers, with or without `audit`, in the transaction of the change. Neither changed nor deleted (ASVS 16.4.2).
   *
   * @throws `AuthError` `store_unavailable`.
   */
  listManualChanges(query: ManualChangesQuery): Promise<readonly ManualChange[]>;
}

/**
 * Stores in PostgreSQL 15 or later, on the app's own connections, which stay the app's: nothing here ends them. Give a
 * `pg` pool an `error` listener, or a broken idle connection stops the process.
 *
 * @throws `TypeError` naming the option that is wrong.
 */
export function postgresStores(options: PostgresStoresOptions): PostgresStores {
  const tables = createTables(options);
  const timeoutMs = parseDuration('timeout', options.timeout ?? '5s', { min: '100ms', max: '10m' });
  const statementOptions = { timeoutMs, isPreparing: options.usesTransactionPooler !== true };
  const now = createNow(options.clock);

  const kysely = openConnection(options, statementOptions);
  const send = openSender(options, statementOptions);
  const database = createDatabase({ kysely, timeoutMs, isTransaction: false, send });
  const contextOn = (place: Database): StoreContext => ({ database: place, tables, now });
  const ping = async (): Promise<void> => {
    const answers = await database.ask(sql`select 'true' as answer`);
    if (answers[0] !== true) throw storeUnavailable(new Error('Postgres gave no answer'));
  };
  const storesOn = (context: StoreContext, { log, announce }: Readers = {}): StoreSet => {
    const silent = { ...createRevocationStore(context, log), ping };
    const revocations = announce === undefined ? silent : announcingRevocations(silent, announce);
    const sessions = { ...createSessionStore(context, revocations), ping };
    return {
      revocations,
      sessions: announce === undefined ? sessions : announcingSessions(sessions, announce),
      users: { ...createUserStore(context), ping },
      roles: { ...createRoleStore(context), ping },
      secondFactors: { ...createSecondFactorStore(context), ping },
      oneTimeTokens: { ...createOneTimeTokenStore(context), ping },
      ...(options.audit === true && { audit: { ...createAuditStore(context), ping } }),
    };
  };

  const context = contextOn(database);
  const wakeUps =
    options.wakeUps === true
      ? createWakeUps({
          connection: options,
          database,
          tables,
          timeoutMs,
          usesTransactionPooler: options.usesTransactionPooler === true,
        })
      : undefined;
  const stores = storesOn(context, {
    log: { ...createRevocationLog(context), ...(wakeUps && { watch: wakeUps.watch }) },
    announce: wakeUps?.announce,
  });

  return {
    ...stores,
    rateLimits: { ...createRateLimitStore(context), ping },
    ping,

    transactions: {
      covers: stores,
      async run(work) {
        let isDue = false;
        const announce = (): void => {
          isDue = true;
        };
        const result = await database.atomically((place) => work(storesOn(contextOn(place), { announce })));
        if (isDue) wakeUps?.announce();
        return result;
      },
    },

    withTransaction(transaction) {
      const inside = openTransaction(transaction, statementOptions);
      return storesOn(contextOn(createDatabase({ kysely: inside, timeoutMs, isTransaction: true })));
    },

    // Without a time limit: another node may be at it, and a large table takes its time.
    migrate: () => migrate(openConnection(options, { timeoutMs: 0, isPreparing: false }), tables),
    listMigrations: () => migrationsFor(tables),
    migrationSql: () => migrationScript(tables),
    checkSchema: () => checkSchema(database, tables),
    listManualChanges: (query) => listManualChanges(context, query),
  };
}
