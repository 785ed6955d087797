import type { BaseKind } from '@tessera-auth/core/authorization';
import { CompiledQuery, type Kysely, sql } from 'kysely';
import type { ColumnType } from './columns.js';
import { createPolicyText, namePrefix } from './policy-statements.js';
import type { SecuredTableFacts } from './secured-table.js';
import { quoteName } from './sql-texts.js';

/** One thing that keeps the policies of the database from holding. */
export interface RowLevelSecurityProblem {
  readonly kind:
    | 'role_bypasses'
    | 'role_owns_table'
    | 'role_may_truncate'
    | 'table_missing'
    | 'column_missing'
    | 'column_type'
    | 'not_enabled'
    | 'not_forced'
    | 'policy_missing'
    | 'policy_differs'
    | 'policy_unknown'
    | 'view_without_invoker'
    | 'not_compared';
  /** Which role, table, column, policy or view. */
  readonly name: string;
  /** What is wrong and what to do, in a sentence. */
  readonly message: string;
}

/** Everything that is wrong with these tables. */
export async function checkTables(
  kysely: Kysely<unknown>,
  tables: readonly SecuredTableFacts[],
): Promise<readonly RowLevelSecurityProblem[]> {
  const problems = [...(await roleProblems(kysely))];
  for (const table of tables) {
    const facts = await readTable(kysely, table);
    if (facts === null)
      problems.push({
        kind: 'table_missing',
        name: table.table,
        message: `table ${table.table} is missing, or its schema may not be used`,
      });
    else
      problems.push(
        ...tableProblems(table, facts),
        ...columnProblems(table, facts.columns),
        ...(await policyProblems(kysely, table)),
      );
  }
  return problems;
}

async function roleProblems(kysely: Kysely<unknown>): Promise<readonly RowLevelSecurityProblem[]> {
  // Who logged in can go back to being that with `reset role`.
  const { rows } = await sql<{ readonly rolname: string }>`
    select rolname from pg_catalog.pg_roles
    where rolname in (current_user, session_user) and (rolsuper or rolbypassrls) order by rolname`.execute(
    kysely,
  );
  return rows.map(({ rolname }) => ({
    kind: 'role_bypasses',
    name: rolname,
    message: `the role ${rolname} is a superuser or has BYPASSRLS, so no policy holds it; connect as another one`,
  }));
}

interface TableFacts {
  readonly isEnabled: boolean;
  readonly isForced: boolean;
  readonly isOwned: boolean;
  readonly mayTruncate: boolean;
  readonly role: string;
  readonly views: readonly string[];
  readonly columns: Readonly<Record<string, { readonly type: string; readonly isByText: boolean }>>;
}

async function readTable(
  kysely: Kysely<unknown>,
  { schema, name }: SecuredTableFacts,
): Promise<TableFacts | null> {
  const { rows } = await sql<{ readonly facts: TableFacts }>`
    select jsonb_build_object(
      'isEnabled', relrowsecurity, 'isForced', relforcerowsecurity, 'role', current_user,
      'isOwned', pg_has_role(current_user, relowner, 'member') or pg_has_role(session_user, relowner, 'member'),
      'mayTruncate', has_table_privilege(pg_class.oid, 'truncate'),
      'views', array(
        select distinct v.oid::regclass::text from pg_catalog.pg_depend d
        join pg_catalog.pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        join pg_catalog.pg_class v on v.oid = r.ev_class and v.relkind in ('v', 'm')
        where d.refclassid = 'pg_class'::regclass and d.refobjid = pg_class.oid and not exists (
          select from pg_options_to_table(v.reloptions)
          where option_name = 'security_invoker' and option_value::boolean
        )
        order by 1
      ),
      'columns', (
        select jsonb_object_agg(attname, jsonb_build_object(
          'type', format_type(atttypid, null),
          'isByText', coalesce((select collisdeterministic from pg_catalog.pg_collation c where c.oid = attcollation), true)
        ))
        from pg_catalog.pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped
      )
    ) as facts
    from pg_catalog.pg_class join pg_catalog.pg_namespace n on n.oid = relnamespace
    where nspname = ${schema} and relname = ${name} and relkind in ('r', 'p')`.execute(kysely);
  return rows[0]?.facts ?? null;
}

function tableProblems({ table }: SecuredTableFacts, facts: TableFacts): readonly RowLevelSecurityProblem[] {
  const { isEnabled, isForced, isOwned, mayTruncate, role, views } = facts;
  const found: readonly (RowLevelSecurityProblem | false)[] = [
    !isEnabled && {
      kind: 'not_enabled',
      name: table,
      message: `row level security of ${table} is off; run migrationSql()`,
    },
    !isForced && {
      kind: 'not_forced',
      name: table,
      message: `row level security of ${table} does not hold its owner; run migrationSql()`,
    },
    isOwned && {
      kind: 'role_owns_table',
      name: table,
      message: `the role ${role} owns ${table}, or can become its owner, and so can drop its policies; connect as another one`,
    },
    mayTruncate && {
      kind: 'role_may_truncate',
      name: table,
      message: `the role ${role} may truncate ${table}, which no policy keeps it from; revoke that right`,
    },
    ...views.map(
      (view): RowLevelSecurityProblem => ({
        kind: 'view_without_invoker',
        name: view,
        message: `the view ${view} reads ${table} as its owner; set security_invoker, or do not let the app read it`,
      }),
    ),
  ];
  return found.filter((problem) => problem !== false);
}

const usualTypes: Readonly<Record<BaseKind, readonly string[]>> = {
  string: ['text'],
  number: ['double precision', 'integer', 'smallint', 'bigint'],
  boolean: ['boolean'],
  date: ['timestamp with time zone'],
  'string[]': ['text[]'],
  'number[]': ['double precision[]', 'integer[]', 'smallint[]', 'bigint[]'],
};

const otherTypes: Readonly<Record<ColumnType, readonly string[] | null>> = {
  uuid: ['uuid', 'uuid[]'],
  integer: ['integer', 'smallint', 'bigint'],
  numeric: ['numeric', 'numeric[]'],
  real: ['real', 'real[]'],
  as_text: null,
};

function columnProblems(
  { table, columns }: SecuredTableFacts,
  found: TableFacts['columns'],
): readonly RowLevelSecurityProblem[] {
  return [...columns.values()].flatMap(({ kind, column }): RowLevelSecurityProblem[] => {
    const name = `${table}.${quoteName(column.name)}`;
    const actual = Object.hasOwn(found, column.name) ? found[column.name] : undefined;
    if (actual === undefined)
      return [
        { kind: 'column_missing', name, message: `column ${name} is missing; name another in columns` },
      ];
    const expected = column.type === 'usual' ? usualTypes[kind] : otherTypes[column.type];
    if (expected !== null && !expected.includes(actual.type))
      return [
        {
          kind: 'column_type',
          name,
          message: `column ${name} is ${actual.type} where ${expected.join(' or ')} is expected; name its type in columns`,
        },
      ];
    if (!actual.isByText)
      return [
        {
          kind: 'column_type',
          name,
          message: `column ${name} has a collation that takes different texts for the same; give it another one`,
        },
      ];
    return [];
  });
}

/** A policy as the database writes it. */
interface WrittenPolicy {
  readonly name: string;
  readonly text: string;
  readonly isPermissive: boolean;
}

/**
 * Postgres writes expressions in its own way, so the definition is written down by it too, on a temporary table of the same name and
 * columns.
 */
async function policyProblems(
  kysely: Kysely<unknown>,
  { table, name, policies }: SecuredTableFacts,
): Promise<readonly RowLevelSecurityProblem[]> {
  const temporary = `pg_temp.${quoteName(name)}`;
  let wanted: readonly WrittenPolicy[] = [];
  let actual: readonly WrittenPolicy[] = [];
  const undone = new Error('rolled back');
  try {
    await kysely.transaction().execute(async (transaction) => {
      const run = (text: string) => transaction.executeQuery(CompiledQuery.raw(text));
      await run(`create temporary table ${quoteName(name)} (like ${table})`);
      for (const policy of policies) await run(createPolicyText(policy, temporary));
      wanted = await readPolicies(transaction, temporary);
      actual = await readPolicies(transaction, table);
      throw undone;
    });
  } catch (error) {
    if (error !== undone) {
      const reason = error instanceof Error ? error.message : String(error);
      return [
        {
          kind: 'not_compared',
          name: table,
          message: `the policies of ${table} could not be compared with their definition: ${reason}`,
        },
      ];
    }
  }
  const missing = wanted.flatMap(({ name: policy, text }): RowLevelSecurityProblem[] => {
    const same = actual.find((one) => one.name === policy);
    if (same?.text === text) return [];
    const kind = same === undefined ? 'policy_missing' : 'policy_differs';
    const how = same === undefined ? 'is missing' : 'is not as it is defined';
    return [
      {
        kind,
        name: `${table} ${policy}`,
        message: `policy ${policy} of ${table} ${how}; run migrationSql()`,
      },
    ];
  });
  // Restrictive ones of your own can only take away.
  const unknown = actual
    .filter(({ name: policy }) => wanted.every((one) => one.name !== policy))
    .filter(({ name: policy, isPermissive }) => isPermissive || policy.startsWith(namePrefix))
    .map(
      ({ name: policy }): RowLevelSecurityProblem => ({
        kind: 'policy_unknown',
        name: `${table} ${policy}`,
        message: `policy ${policy} of ${table} is not of the definition, and may allow what that does not; drop it`,
      }),
    );
  return [...missing, ...unknown];
}

async function readPolicies(kysely: Kysely<unknown>, table: string): Promise<readonly WrittenPolicy[]> {
  const { rows } = await sql<WrittenPolicy>`
    select polname as name, polpermissive as "isPermissive",
      jsonb_build_array(polpermissive, polcmd, polroles::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))::text
        as text
    from pg_catalog.pg_policy where polrelid = ${table}::regclass order by polname`.execute(kysely);
  return rows;
}
