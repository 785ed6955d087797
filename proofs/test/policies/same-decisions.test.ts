import { rowLevelSecurity, whereAllowedText } from '@tessera-auth/adapters-postgres/authorization';
import { describeCondition, matchesFilter } from '@tessera-auth/core/authorization';
import { createDatabase } from '@tessera-auth/test-services';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { anyScenario, columnNames, columns, type Scenario } from './scenario.js';

// Each case makes some thirty policies of the database.
vi.setConfig({ testTimeout: 3 * runsTimeoutMs });

const urls = { embedded: inject('postgresUrl'), installed: inject('postgresInstalledUrl') };
const actions = ['read', 'create', 'edit', 'delete'] as const;
type Action = (typeof actions)[number];
type Allowed = Record<Action, number[]>;

for (const [version, url] of Object.entries(urls)) {
  if (url === null) {
    it.skip(`NOT TESTED: there is no ${version} Postgres on this machine`, () => {});
    continue;
  }

  describe(`can, WHERE and CREATE POLICY, on the ${version} Postgres`, () => {
    const role = `proof_policies_${version}`;
    let owner: pg.Pool;
    let app: pg.Pool;

    beforeAll(async () => {
      const own = new URL(await createDatabase(url, 'proof_policies'));
      owner = new pg.Pool({ connectionString: own.href, max: 1 });
      const list = columns.map(([, name, type]) => `${name} ${type}`).join(', ');
      await owner.query(`
        create table records (id int, ${list}); create table spare (like records);
        drop role if exists ${role}; create role ${role} login password 'p';
        grant select, insert, update, delete on records to ${role}; grant select on spare to ${role};
        create function try_inserts() returns int[] language plpgsql as $$
        declare row spare; done int[] := '{}';
        begin
          for row in select * from spare loop
            begin
              insert into records values (row.*);
              done := done || row.id;
            exception when insufficient_privilege then null;
            end;
          end loop;
          return done;
        end $$`);
      own.username = role;
      own.password = 'p';
      app = new pg.Pool({ connectionString: own.href, max: 1 });
    });
    afterAll(async () => {
      await app?.end();
      await owner?.query(`drop owned by ${role}; drop role ${role}`);
      await owner?.end();
    });

    it('say the same of every row', async () => {
      await fc.assert(
        fc.asyncProperty(anyScenario, async (scenario) => {
          const records = await fill(owner, scenario);
          const inMemory = decide(scenario, records);
          // A row that cannot be seen can be neither changed nor deleted by a statement that looks at it.
          const seen = (ids: number[]) => ids.filter((id) => inMemory.read.includes(id));
          const byPolicies = { ...inMemory, edit: seen(inMemory.edit), delete: seen(inMemory.delete) };
          try {
            expect(await decideByWhere(owner, scenario)).toEqual(inMemory);
            expect(await decideByPolicies(owner, app, scenario)).toEqual(byPolicies);
          } catch (error) {
            throw new Error(`${explain(scenario)}\n${(error as Error).message}`, { cause: error });
          }
        }),
        { ...runs(300), endOnFailure: true },
      );
    });
  });
}

type StoredRecord = Readonly<Record<string, unknown>> & { readonly id: number };

/** Puts the rows into the table. @returns them as the driver reads them. */
async function fill(owner: pg.Pool, { rows }: Scenario): Promise<readonly StoredRecord[]> {
  const casts = columns.map(([, name, type]) => `${name}::${type}`).join(', ');
  const parameters = columns.map((_column, index) => `$${index + 1}::text[]`).join(', ');
  const names = columns.map(([, name]) => name).join(', ');
  await owner.query('truncate records, spare');
  await owner.query(
    `with rows as (
       insert into spare select row_number() over (), ${casts} from unnest(${parameters}) as given (${names}) returning *
     ) insert into records select * from rows`,
    columns.map((_column, index) => rows.map((row) => row[index])),
  );
  const stored = await owner.query('select * from records order by id');
  return stored.rows.map((row) => ({
    id: row.id,
    ...Object.fromEntries(
      columns.map(([attribute, name, type]) => [
        attribute,
        // `pg` gives these as text; this is how an app that wants numbers reads them.
        ['int8', 'numeric'].includes(type) && row[name] !== null ? Number(row[name]) : row[name],
      ]),
    ),
  }));
}

function decide({ policy, principal }: Scenario, records: readonly StoredRecord[]): Allowed {
  return collect((action) => {
    const filter = policy.filterFor(principal, `records:${action}` as never);
    return records
      .filter((record) => {
        const can = policy.can(principal, `records:${action}` as never, record as never);
        expect(matchesFilter(filter, record)).toBe(can);
        return can;
      })
      .map(({ id }) => id);
  });
}

async function decideByWhere(owner: pg.Pool, { policy, principal }: Scenario): Promise<Allowed> {
  const values: unknown[] = [];
  const list = actions.map((action) => {
    const where = whereAllowedText(policy.filterFor(principal, `records:${action}` as never), {
      ...columnNames,
      table: 'r',
      firstParameter: values.length + 1,
    });
    values.push(...where.values);
    return `array(select id from records as r where ${where.text} order by id) as ${action}`;
  });
  return (await owner.query(`select ${list.join(', ')}`, values)).rows[0];
}

async function decideByPolicies(
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

function collect(list: (action: Action) => number[]): Allowed {
  return Object.fromEntries(actions.map((action) => [action, list(action)])) as Allowed;
}

function explain({ policy, principal }: Scenario): string {
  return actions
    .map((action) => {
      const filter = policy.filterFor(principal, `records:${action}` as never);
      return `${action}: ${filter.kind === 'where' ? describeCondition(filter.condition) : filter.kind}`;
    })
    .join('\n');
}
