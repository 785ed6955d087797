import { sql } from 'kysely';
import type { Database } from '../connection/database.js';
import { migrationsFor } from './migrations/index.js';
import type { TableName, Tables } from './tables.js';

/** One thing that keeps the stores from working. */
export interface SchemaProblem {
  readonly kind: 'migration_pending' | 'table_missing' | 'column_missing' | 'isolation_too_strict';
  /** Which one, such as `0002_sessions`, `tessera.sessions` or `tessera.sessions.nonce`. */
  readonly name: string;
  /** What is wrong and what to do, in a sentence. */
  readonly message: string;
}

/** The columns that statements here use. */
const columns: Readonly<Record<TableName, string>> = {
  migrations: 'id applied_at',
  users:
    'tenant_id user_id email canonical_email email_verified_at name roles password_hash created_at disabled_at ' +
    'revision',
  sessions:
    'id tenant_id user_id user_epoch tenant_epoch generation secret_hash nonce key_id attempt_hash rotated_at ' +
    'hard_rotated_at created_at last_seen_at idle_lifetime_ms idle_expires_at absolute_expires_at auth_time amr ' +
    'device browser os ip user_agent ended_at end_reason',
  user_epochs: 'tenant_id user_id epoch command_id',
  tenant_epochs: 'tenant_id epoch command_id',
  revocations: 'kind tenant_id name epoch except_session_id except_from_epoch until changed_in',
  one_time_tokens: 'id number tenant_id user_id purpose secret_hash data created_at expires_at consumed_by',
  one_time_token_floors: 'tenant_id user_id purpose least_number',
  rate_limits: 'key full_at_us',
  audit_entries: 'tenant_id seq id at type user_pseudonym data key_id previous_hash hash',
  audit_heads: 'tenant_id seq hash',
  second_factors: 'tenant_id user_id id secret created_at confirmed_at last_step backup_codes last_command',
  audit_pseudonyms: 'tenant_id user_id pseudonym salt',
  audit_manual_changes: 'number tenant_id user_id act column_names database_role at table_name role',
  audit_seals: 'tenant_id seq hash key_id mac',
  roles: 'tenant_id name permissions description created_by created_at updated_at command_id revision',
  role_assignments: 'tenant_id user_id role is_custom assigned_by assigned_at expires_at revision',
  role_versions: 'tenant_id user_id version command_id is_suspended',
};

/** Compares what is there with what is needed. Columns and migrations that are unknown here are of a newer release. */
export async function checkSchema(database: Database, tables: Tables): Promise<readonly SchemaProblem[]> {
  const [found = { columns: {}, isolation: '' }] = await database.ask<{
    readonly columns: Readonly<Record<string, readonly string[]>>;
    readonly isolation: string;
  }>(sql`
    select jsonb_build_object(
      'isolation', current_setting('default_transaction_isolation'),
      'columns', coalesce((
        select jsonb_object_agg(relname, names) from (
          select relname, jsonb_agg(attname) as names
          from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
          where relnamespace = to_regnamespace(${`"${tables.schema}"`}) and relkind in ('r', 'p', 'v')
          group by relname
        ) as tables
      ), '{}')
    )::text as answer`);
  const applied = Object.hasOwn(found.columns, tables.bare.migrations)
    ? await database.ask<string>(sql`select to_jsonb(id)::text as answer from ${tables.ref.migrations}`)
    : [];

  return [
    ...isolationProblems(found.isolation),
    ...migrationsFor(tables)
      .filter(({ id }) => !applied.includes(id))
      .map(({ id }) => pending(id)),
    ...tableProblems(tables, found.columns),
  ];
}

function isolationProblems(level: string): SchemaProblem[] {
  if (level === 'read committed') return [];
  const message =
    `default_transaction_isolation is "${level}": parallel refreshes would fail instead of waiting for each other; ` +
    'set it to "read committed" for the role or database of the stores';
  return [{ kind: 'isolation_too_strict', name: level, message }];
}

function pending(id: string): SchemaProblem {
  return { kind: 'migration_pending', name: id, message: `migration ${id} has not run; run migrate()` };
}

function tableProblems(
  { schema, bare }: Tables,
  found: Readonly<Record<string, readonly string[]>>,
): SchemaProblem[] {
  return Object.entries(columns).flatMap(([key, needed]): SchemaProblem[] => {
    const table = bare[key as TableName];
    const name = `${schema}.${table}`;
    const present = found[table];
    if (present === undefined) {
      const message = `table ${name} is missing, or its schema may not be read; run migrate() and grant its use`;
      return [{ kind: 'table_missing', name, message }];
    }
    return needed
      .split(' ')
      .filter((column) => !present.includes(column))
      .map((column) => ({
        kind: 'column_missing',
        name: `${name}.${column}`,
        message: `column ${name}.${column} is missing; it was changed by something other than migrate()`,
      }));
  });
}
