import type { BaseKind } from '@tessera-auth/core/authorization';
import { type Kysely, sql } from 'kysely';
import { possibleRoles, relativeProblems, withRelatives } from './check-relatives.js';
import type { ColumnType } from './columns.js';
import { policyProblems } from './compare-policies.js';
import { settingName } from './principal-setting.js';
import type { RowLevelSecurityProblem } from './row-level-security-problem.js';
import type { SecuredTableFacts } from './secured-table.js';
import { quoteName } from './sql-texts.js';

/** Everything that is wrong with these tables. */
export async function checkTables(
  kysely: Kysely<unknown>,
  tables: readonly SecuredTableFacts[],
): Promise<readonly RowLevelSecurityProblem[]> {
  const problems = [...(await roleProblems(kysely)), ...(await identityProblems(kysely))];
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
        ...(await relativeProblems(kysely, table, tables)),
        ...(await policyProblems(kysely, table)),
      );
  }
  return problems;
}

async function roleProblems(kysely: Kysely<unknown>): Promise<readonly RowLevelSecurityProblem[]> {
  const { rows } = await sql<{ readonly name: string; readonly asker: string | null }>`
    select rolname as name, case when rolname not in (current_user, session_user) then session_user end as asker
    from ${possibleRoles} as role where rolsuper or rolbypassrls order by rolname`.execute(kysely);
  // A superuser can be everybody, which goes without saying.
  const own = rows.filter(({ asker }) => asker === null);
  return (own.length > 0 ? own : rows).map(({ name, asker }) => ({
    kind: 'role_bypasses',
    name,
    message:
      asker === null
        ? `the role ${name} is a superuser or has BYPASSRLS, so no policy holds it; connect as another one`
        : `the role ${asker} is a member of ${name}, a superuser or one with BYPASSRLS, and can become it; revoke that`,
  }));
}

/** Settings can have a value from the start: of the server, a database, a role or a connection. */
async function identityProblems(kysely: Kysely<unknown>): Promise<readonly RowLevelSecurityProblem[]> {
  const { rows } = await sql`select where current_setting(${settingName}, true) <> ''`.execute(kysely);
  return rows.map(() => ({
    kind: 'principal_set',
    name: settingName,
    message: `${settingName} has a value outside of transactions, so a query without a principal runs as somebody; reset it`,
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
      'mayTruncate', exists (
        select from ${possibleRoles} as role where has_table_privilege(role.oid, pg_class.oid, 'truncate')
      ),
      'views', array(
        select distinct v.oid::regclass::text from pg_catalog.pg_depend d
        join pg_catalog.pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        join pg_catalog.pg_class v on v.oid = r.ev_class and v.relkind in ('v', 'm')
        where d.refclassid = 'pg_class'::regclass and d.refobjid in (select oid from ${withRelatives(sql`pg_class.oid`)} as relative) and not exists (
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
