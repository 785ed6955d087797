import {
  rowLevelSecurity,
  whereAllowed,
  whereAllowedText,
} from '@tessera-auth/adapters-postgres/authorization';
import { describeCondition, matchesFilter } from '@tessera-auth/core/authorization';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type pg from 'pg';
import type { AnyRecord, RoleSketch } from '../authorization/policy-sketch.js';
import { judge } from '../authorization/reference.js';
import { columnNames } from './columns.js';
import type { Scenario } from './scenario.js';

export const actions = ['read', 'create', 'edit', 'delete'] as const;

/** The ids of the records of which somebody may do each. */
export type Allowed = Readonly<Record<(typeof actions)[number], readonly number[]>>;

/** A record, as the driver reads it. */
export type StoredRecord = AnyRecord & { readonly id: number };

const permissionOf = (action: string): never => `records:${action}` as never;

function collect(list: (action: (typeof actions)[number]) => readonly number[]): Allowed {
  return Object.fromEntries(actions.map((action) => [action, list(action)])) as unknown as Allowed;
}

/** What the reference says. @param count is told of each decision. */
export function decideByReference(
  { sketch, asker }: Scenario,
  records: readonly StoredRecord[],
  count: (verdict: string) => void,
): Allowed {
  return collect((action) =>
    records
      .filter((record) => {
        const verdict = judge(sketch, asker, permissionOf(action), record);
        count(verdict);
        return verdict.startsWith('by ');
      })
      .map(({ id }) => id),
  );
}

/** Parts of the language, and what a scenario is without each. */
const parts: Readonly<Record<string, (scenario: Scenario) => Scenario>> = {
  inheritance: (scenario) => changeRoles(scenario, (role) => ({ ...role, inherits: [] })),
  wildcards: (scenario) =>
    changeRoles(scenario, (role) => ({ ...role, can: role.can.filter((grant) => !grant.includes('*')) })),
  matrix: (scenario) => ({ ...scenario, sketch: { ...scenario.sketch, matrix: {} } }),
  'roles made at run time': (scenario) => ({ ...scenario, asker: { ...scenario.asker, grants: [] } }),
};

function changeRoles(scenario: Scenario, change: (role: RoleSketch) => RoleSketch): Scenario {
  const roles = Object.entries(scenario.sketch.roles).map(([name, role]) => [name, change(role)]);
  return { ...scenario, sketch: { ...scenario.sketch, roles: Object.fromEntries(roles) } };
}

/** The parts of the language without which the reference would say something else of these records. */
export function listDecisiveParts(scenario: Scenario, records: readonly StoredRecord[]): readonly string[] {
  const decide = (one: Scenario) => JSON.stringify(decideByReference(one, records, () => {}));
  const expected = decide(scenario);
  return Object.keys(parts).filter((part) => decide(parts[part]?.(scenario) as Scenario) !== expected);
}

/** What `can` says. */
export function decideByCan({ policy, principal }: Scenario, records: readonly StoredRecord[]): Allowed {
  return collect((action) =>
    records
      .filter((record) => policy.can(principal, permissionOf(action), record as never))
      .map(({ id }) => id),
  );
}

/** What a filter says of records in memory. */
export function decideByFilter({ policy, principal }: Scenario, records: readonly StoredRecord[]): Allowed {
  return collect((action) => {
    const filter = policy.filterFor(principal, permissionOf(action));
    return records.filter((record) => matchesFilter(filter, record)).map(({ id }) => id);
  });
}

/** What `WHERE` of a statement that is text takes. */
export async function decideByText(owner: pg.Pool, { policy, principal }: Scenario): Promise<Allowed> {
  const values: unknown[] = [];
  const list = actions.map((action) => {
    const where = whereAllowedText(policy.filterFor(principal, permissionOf(action)), {
      ...columnNames,
      table: 'r',
      firstParameter: values.length + 1,
    });
    values.push(...where.values);
    return `array(select id from records as r where ${where.text} order by id) as ${action}`;
  });
  return (await owner.query(`select ${list.join(', ')}`, values)).rows[0];
}

/** What `WHERE` of a Kysely query takes. */
export async function decideByKysely(owner: pg.Pool, { policy, principal }: Scenario): Promise<Allowed> {
  const kysely = new Kysely<{ records: { id: number } }>({ dialect: new PostgresDialect({ pool: owner }) });
  const idsOf = (action: string) =>
    kysely
      .selectFrom('records')
      .select('id')
      .where(whereAllowed(policy.filterFor(principal, permissionOf(action)), columnNames))
      .orderBy('id');
  return kysely
    .selectNoFrom(actions.map((action) => sql<number[]>`array(${idsOf(action)})`.as(action)))
    .executeTakeFirstOrThrow() as Promise<Allowed>;
}

/** What policies of the database let the app's role do. A row that cannot be seen can be neither changed nor deleted. */
export async function decideByPolicies(
  owner: pg.Pool,
  app: pg.Pool,
  { policy, principal }: Scenario,
): Promise<Allowed> {
  const security = rowLevelSecurity(policy, {
    tables: {
      records: {
        ...columnNames,
        table: 'records',
        commands: { select: 'read', insert: 'create', update: 'edit', delete: 'delete' },
      },
    } as never,
  });
  await owner.query(security.migrationSql());
  const undone: { allowed?: Allowed } = {};
  const ids = (result: pg.QueryResult) => result.rows.map(({ id }) => id).sort((a, b) => a - b);
  await security
    .withPrincipal(app, principal, async (client) => {
      const read = ids(await client.query('select id from records'));
      const edit = ids(await client.query('update records set id = id returning id'));
      const gone = ids(await client.query('delete from records returning id'));
      const created = await client.query('select try_inserts() as ids');
      undone.allowed = {
        read,
        create: created.rows[0].ids.sort((a: number, b: number) => a - b),
        edit,
        delete: gone,
      };
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  return undone.allowed as Allowed;
}

/** What was drawn, for whoever has to find out why two ways differ. */
export function explain({ sketch, asker, policy, principal }: Scenario): string {
  const lines = actions.map((action) => {
    const filter = policy.filterFor(principal, permissionOf(action));
    return `${action}: ${filter.kind === 'where' ? describeCondition(filter.condition) : filter.kind}`;
  });
  const { roles, matrix, resources } = sketch;
  const { relations, tenant } = resources.records as (typeof resources)[string];
  return [...lines, JSON.stringify({ asker, relations, tenant, roles, matrix })].join('\n');
}
