import { negate, type PermissionRules, tenantCondition } from '@tessera-auth/core/authorization';
import { type RawBuilder, sql } from 'kysely';
import { compileStatement } from '../connection/statement.js';
import { type ConditionParts, conditionSql } from './condition-sql.js';
import { hasGrant, isSomebody, runTimeParts } from './principal-setting.js';
import { quoteName, quoteText } from './sql-texts.js';

/** What a policy of the database is about. */
export type Command = 'select' | 'insert' | 'update' | 'delete';

/** A policy of the database. */
export interface DatabasePolicy {
  readonly name: string;
  readonly command: Command;
  /** Permissive ones give, restrictive ones take away. */
  readonly isPermissive: boolean;
  /** What of the policy it is, in words. */
  readonly comment: string;
  /** For rows that are there, or `null`. */
  readonly using: string | null;
  /** For rows as they will be, or `null`. */
  readonly check: string | null;
}

/** What all policies of the database that are made here are named with; others are not touched. */
export const namePrefix = 'tessera_';

/** Which rules decide about rows that are there, and which about rows as they will be. */
export interface CommandRules {
  readonly command: Command;
  readonly using: PermissionRules | null;
  readonly check: PermissionRules | null;
}

/** The policies for one command on a table. */
export function listDatabasePolicies(
  { command, using, check }: CommandRules,
  column: ConditionParts['column'],
): readonly DatabasePolicy[] {
  const isSame = using === check;
  const both = using !== null && check !== null && !isSame;
  return [
    ...(using === null ? [] : make(using, both ? 'old_' : '', 'using')),
    ...(check === null || isSame ? [] : make(check, both ? 'new_' : '', 'check')),
  ];

  function make(rules: PermissionRules, infix: string, side: 'using' | 'check'): readonly DatabasePolicy[] {
    return partsOf(rules, { ...runTimeParts, column }).map(({ name, comment, isPermissive, expression }) => {
      const text = compileStatement<void>(expression)().text;
      // The other side of an update has policies of its own: a permissive one must give nothing there, a restrictive one all.
      const other = both ? String(!isPermissive) : isSame && command === 'update' ? text : null;
      return {
        name: `${namePrefix}${command}_${infix}${name}`,
        command,
        isPermissive,
        comment: `${rules.permission}: ${comment}`,
        using: side === 'using' ? text : other,
        check: side === 'check' ? text : other,
      };
    });
  }
}

interface Part extends Pick<DatabasePolicy, 'name' | 'comment' | 'isPermissive'> {
  readonly expression: RawBuilder<unknown>;
}

function partsOf(rules: PermissionRules, parts: ConditionParts): readonly Part[] {
  const { permission, tenant, denies, relations, allows } = rules;
  return [
    // First, so that there is no moment in which only what gives is there.
    ...(tenant === null
      ? []
      : [
          {
            name: 'tenant',
            comment: 'of the own tenant',
            isPermissive: false,
            expression: conditionSql(tenantCondition(tenant), parts),
          },
        ]),
    ...denies.map(({ name, grant, when }, index) => {
      const isNot = conditionSql(negate(when), parts);
      return {
        name: `deny_${index + 1}`,
        comment: `unless denied by “${name}”`,
        isPermissive: false,
        expression: grant === null ? isNot : sql`not ${hasGrant(grant)} or ${isNot}`,
      };
    }),
    { name: 'granted', comment: 'by roles', isPermissive: true, expression: hasGrant(permission) },
    ...relations.map(({ relation, grant, when }, index) => ({
      name: `relation_${index + 1}`,
      comment: `by roles, over the relation ${relation}`,
      isPermissive: true,
      expression: sql`${hasGrant(grant)} and ${conditionSql(when, parts)}`,
    })),
    ...allows.map(({ name, grant, when }, index) => ({
      name: `allow_${index + 1}`,
      comment: `by the rule “${name}”`,
      isPermissive: true,
      expression: sql`${grant === null ? isSomebody : hasGrant(grant)} and ${conditionSql(when, parts)}`,
    })),
  ];
}

/** The statement that makes the policy on a table, whose name is quoted. */
export function createPolicyText(policy: DatabasePolicy, table: string): string {
  const { name, command, isPermissive, using, check } = policy;
  return [
    `create policy ${quoteName(name)} on ${table} as ${isPermissive ? 'permissive' : 'restrictive'} for ${command}`,
    ...(using === null ? [] : [`  using (${using})`]),
    ...(check === null ? [] : [`  with check (${check})`]),
  ].join('\n');
}

/** Everything a table needs, to be run as often as one likes; what an earlier definition had is gone afterwards. */
export function tableText(table: string, policies: readonly DatabasePolicy[]): string {
  const drop = `do $tessera$
declare policy name;
begin
  for policy in select polname from pg_catalog.pg_policy
    where polrelid = ${quoteText(table)}::regclass and starts_with(polname::text, '${namePrefix}')
  loop
    execute format('drop policy %I on ${table.replaceAll("'", "''").replaceAll('%', '%%')}', policy);
  end loop;
end
$tessera$`;
  return [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    drop,
    ...policies.flatMap((policy) => [
      createPolicyText(policy, table),
      `comment on policy ${quoteName(policy.name)} on ${table} is ${quoteText(policy.comment)}`,
    ]),
  ]
    .map((statement) => `${statement};\n`)
    .join('');
}
