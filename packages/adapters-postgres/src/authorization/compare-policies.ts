import { CompiledQuery, type Kysely, sql } from 'kysely';
import { createPolicyText, namePrefix } from './policy-statements.js';
import type { RowLevelSecurityProblem } from './row-level-security-problem.js';
import type { SecuredTableFacts } from './secured-table.js';
import { quoteName } from './sql-texts.js';

/** A policy as the database writes it. */
interface WrittenPolicy {
  readonly name: string;
  readonly text: string;
  readonly isPermissive: boolean;
}

/**
 * What is not as it is defined. Postgres writes expressions in its own way, so the definition is written down by it too, on a temporary table of the same name and
 * columns.
 */
export async function policyProblems(
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
