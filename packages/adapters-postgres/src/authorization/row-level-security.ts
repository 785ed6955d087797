import type {
  BaseKind,
  PermissionIn,
  PermissionRules,
  Policy,
  PolicyModel,
  Principal,
} from '@tessera-auth/core/authorization';
import { type Kysely, sql, type Transaction } from 'kysely';
import { type Connection, openConnection } from '../connection/open-connection.js';
import { type AppTransaction, openTransaction } from '../connection/open-transaction.js';
import type { PgPoolClient } from '../connection/pool-dialect.js';
import { checkTables } from './check-row-level-security.js';
import { tableText } from './policy-statements.js';
import { type PrincipalReads, settingName, settingOf } from './principal-setting.js';
import type { RowLevelSecurityProblem } from './row-level-security-problem.js';
import { runOnKysely } from './run-on-kysely.js';
import { runOnPool, type TransactionPool } from './run-on-pool.js';
import { resolveTable, type SecuredTable } from './secured-table.js';

type TablesOf<M extends PolicyModel> = {
  readonly [Name in keyof M['resources']]?: SecuredTable<M['resources'][Name]['actions'][number]>;
};

/** Which tables. */
export interface RowLevelSecurityOptions<M extends PolicyModel> {
  /** By resource. */
  readonly tables: TablesOf<M>;
}

/** A policy that the database itself holds to. */
export interface RowLevelSecurity {
  /**
   * The statements that make the policies of all tables. Run them as the owner of the tables, in one transaction, at each release:
   * they may run again, and drop what an earlier definition had. Policies with other names are not touched.
   */
  migrationSql(): string;

  /**
   * Runs `work` in a transaction as somebody, and commits. The identity ends with the transaction, however that ends.
   *
   * On a pool it begins in one round trip, on Kysely in two. The promise settles once the connection is nobody's again: where the
   * client gives up a statement (`query_timeout`), a pool throws the connection away, and on Kysely that is when the server is done
   * with the statement. A `statement_timeout` ends it there too. What `work` sends after its end is refused; streams of Kysely must
   * have come to their end by then.
   *
   * @throws `TypeError` when `database` is a transaction already; use {@link RowLevelSecurity.setPrincipal} there.
   */
  withPrincipal<DB, T>(
    database: Kysely<DB>,
    principal: Principal,
    work: (transaction: Transaction<DB>) => Promise<T>,
  ): Promise<T>;
  /** The same on a `pg` pool, with a client of it; where nothing is committed after a failed statement, that throws. */
  withPrincipal<Client extends PgPoolClient, T>(
    database: TransactionPool<Client>,
    principal: Principal,
    work: (client: Client) => Promise<T>,
  ): Promise<T>;

  /**
   * The rest of a transaction of yours is somebody's. Outside of a transaction it is of no effect: Postgres forgets it at the end
   * of the statement.
   */
  setPrincipal(transaction: AppTransaction, principal: Principal): Promise<void>;

  /**
   * What keeps the policies from holding, seen from the role that the connection has: call it when the app starts, with the
   * connection that serves requests. Empty when all is well. It needs the right to make temporary tables.
   */
  check(connection: Connection): Promise<readonly RowLevelSecurityProblem[]>;
}

/**
 * The policy as row level security: a row is seen and written by whom `policy.can` says so of.
 *
 * It is a second line behind the checks of the app: whoever can make the app's role run SQL of their own can set the principal
 * too. Superusers and roles with `BYPASSRLS` are not held by it.
 *
 * @throws `TypeError` for resources and actions that are not there.
 */
export function rowLevelSecurity<M extends PolicyModel>(
  policy: Policy<M>,
  { tables }: RowLevelSecurityOptions<M>,
): RowLevelSecurity {
  const entries = Object.entries<SecuredTable | undefined>(tables as Readonly<Record<string, SecuredTable>>);
  if (entries.length === 0) throw new TypeError('tables: expected at least one');
  const rulesOf = (permission: string): PermissionRules => policy.rulesOf(permission as PermissionIn<M>);
  const attributes = new Map<string, BaseKind>();
  const grants = new Set<string>();
  const facts = entries.flatMap(([resource, given]) =>
    given === undefined ? [] : [resolveTable(resource, given, rulesOf, { attributes, grants })],
  );
  const reads: PrincipalReads = { attributes, grants };
  const setting = (principal: Principal): string => {
    // Only its own policy knows what the bits of a principal stand for.
    policy.canSometimes(principal, policy.permissions[0] as PermissionIn<M>);
    return settingOf(reads, policy, principal);
  };

  const setPrincipal: RowLevelSecurity['setPrincipal'] = async (transaction, principal) => {
    const kysely = openTransaction(transaction, { timeoutMs: 0, isPreparing: false });
    await sql`select set_config(${settingName}, ${setting(principal)}, true)`.execute(kysely);
  };

  return {
    migrationSql: () => facts.map(({ table, policies }) => tableText(table, policies)).join('\n'),
    setPrincipal,
    // biome-ignore lint/suspicious/noExplicitAny: two ways to call it.
    async withPrincipal(database: Kysely<any> | TransactionPool, principal: Principal, work: any) {
      const value = setting(principal);
      if ('connect' in database) return runOnPool(database, value, work);
      if (database.isTransaction) throw new TypeError('withPrincipal: this is a transaction already');
      return runOnKysely(database, (transaction) => setPrincipal(transaction, principal), work);
    },
    check: (connection) =>
      checkTables(openConnection(connection, { timeoutMs: 0, isPreparing: false }), facts),
  };
}
