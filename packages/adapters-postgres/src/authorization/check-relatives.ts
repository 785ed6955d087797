import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { RowLevelSecurityProblem } from './row-level-security-problem.js';
import type { SecuredTableFacts } from './secured-table.js';

/** What the connection is, or can be: who logged in comes back with `reset role`, and a member of a role with `set role`. */
export const possibleRoles: RawBuilder<unknown> = sql`(
  select * from pg_catalog.pg_roles
  where pg_has_role(current_user, oid, 'member') or pg_has_role(session_user, oid, 'member'))`;

/** The table with all that inherit from it, such as partitions, and all that it inherits from. */
export function withRelatives(table: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    with recursive children (oid) as (
      select ${table} union select inhrelid from children join pg_catalog.pg_inherits on inhparent = children.oid
    ), parents (oid) as (
      select ${table} union select inhparent from parents join pg_catalog.pg_inherits on inhrelid = parents.oid
    )
    select oid, false as is_parent from children
    union all select oid, true from parents where oid <> ${table})`;
}

/**
 * The relatives of a table through which its rows can be had. Postgres asks the policies of the table that a statement names, and of no
 * other.
 */
export async function relativeProblems(
  kysely: Kysely<unknown>,
  { table, schema, name }: SecuredTableFacts,
  secured: readonly SecuredTableFacts[],
): Promise<readonly RowLevelSecurityProblem[]> {
  const { rows } = await sql<{ readonly relative: string; readonly isParent: boolean }>`
    select format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""')) as relative, is_parent as "isParent"
    from pg_catalog.pg_class t join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
    cross join lateral ${withRelatives(sql`t.oid`)} as related
    join pg_catalog.pg_class c on c.oid = related.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where tn.nspname = ${schema} and t.relname = ${name} and c.oid <> t.oid and exists (
      select from ${possibleRoles} as role
      where pg_has_role(role.oid, c.relowner, 'member') or has_schema_privilege(role.oid, n.oid, 'usage') and (
        has_table_privilege(role.oid, c.oid, 'truncate')
        or (not c.relrowsecurity or exists (select from pg_catalog.pg_policy where polrelid = c.oid and polpermissive))
          and (has_table_privilege(role.oid, c.oid, 'select, insert, update, delete')
            or has_any_column_privilege(role.oid, c.oid, 'select, insert, update'))
      )
    )
    order by 1, 2`.execute(kysely);
  return rows
    .filter(({ relative }) => secured.every((one) => one.table !== relative))
    .map(({ relative, isParent }) =>
      isParent
        ? {
            kind: 'parent_not_secured',
            name: relative,
            message: `${relative} shows the rows of ${table} without its policies; secure it too, or revoke the rights on it`,
          }
        : {
            kind: 'child_not_secured',
            name: relative,
            message: `the policies of ${table} do not hold for who names ${relative}, which inherits from it; revoke the rights on that`,
          },
    );
}
