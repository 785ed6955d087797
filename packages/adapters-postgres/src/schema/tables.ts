import { type RawBuilder, sql } from 'kysely';

const tableNames = [
  'migrations',
  'users',
  'sessions',
  'user_epochs',
  'tenant_epochs',
  'revocations',
  'one_time_tokens',
  'one_time_token_floors',
  'rate_limits',
  'audit_entries',
  'audit_heads',
  'second_factors',
  'audit_pseudonyms',
  'audit_manual_changes',
  'audit_seals',
  'roles',
  'role_assignments',
  'role_versions',
] as const;

/** The tables of this package, by what they hold. */
export type TableName = (typeof tableNames)[number];

/** Where the tables are. */
export interface TablesOptions {
  /**
   * The schema that holds all tables; created if it is missing. Default `tessera`: nothing there can collide with the
   * app's own `users` or `sessions`, rights are granted and the whole is dropped by one name.
   */
  readonly schema?: string;
  /** Put before every table name, for a schema that is shared. Default none. */
  readonly tablePrefix?: string;
}

/** The names of the tables, quoted, and where they are. */
export interface Tables {
  readonly schema: string;
  /** Bare names, such as `auth_users`. */
  readonly bare: Readonly<Record<TableName, string>>;
  /** Quoted with their schema, such as `"tessera"."users"`. */
  readonly quoted: Readonly<Record<TableName, string>>;
  /** The same for statements. */
  readonly ref: Readonly<Record<TableName, RawBuilder<unknown>>>;
}

/**
 * The names of the tables.
 *
 * @throws `TypeError` unless names are lower-case letters, digits and underscores: what needs no quotes, is quoted, and
 * stays within the 63 bytes that Postgres keeps of a name, so that two names can never become one.
 */
export function createTables({ schema = 'tessera', tablePrefix = '' }: TablesOptions = {}): Tables {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_')) {
    throw new TypeError('schema: expected up to 63 lower-case letters, digits and underscores, not pg_…');
  }
  if (!/^([a-z_][a-z0-9_]{0,29})?$/.test(tablePrefix)) {
    throw new TypeError('tablePrefix: expected up to 30 lower-case letters, digits and underscores');
  }
  const named = <T>(make: (bareName: string) => T): Record<TableName, T> =>
    Object.fromEntries(tableNames.map((name) => [name, make(tablePrefix + name)])) as Record<TableName, T>;
  return {
    schema,
    bare: named((name) => name),
    quoted: named((name) => `"${schema}"."${name}"`),
    ref: named((name) => sql.id(schema, name)),
  };
}
