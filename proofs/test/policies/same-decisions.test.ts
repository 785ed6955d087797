import { createDatabase } from '@tessera-auth/test-services';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { columns, typesText } from './columns.js';
import { anyScenario, rowCount, type Scenario } from './scenario.js';
import {
  actions,
  decideByCan,
  decideByFilter,
  decideByKysely,
  decideByPolicies,
  decideByReference,
  decideByText,
  explain,
  listDecisiveParts,
  type StoredRecord,
} from './ways.js';

// Each case makes some thirty policies of the database.
vi.setConfig({ testTimeout: 3 * runsTimeoutMs });

const urls = { embedded: inject('postgresUrl'), installed: inject('postgresInstalledUrl') };

for (const [version, url] of Object.entries(urls)) {
  if (url === null) {
    it.skip(`NOT TESTED: there is no ${version} Postgres on this machine`, () => {});
    continue;
  }

  describe(`the reference, can, WHERE and CREATE POLICY, on the ${version} Postgres`, () => {
    const role = `proof_policies_${version}`;
    let owner: pg.Pool;
    let app: pg.Pool;

    beforeAll(async () => {
      const own = new URL(await createDatabase(url, 'proof_policies'));
      owner = new pg.Pool({ connectionString: own.href, max: 1 });
      const list = columns.map(([, , name, type]) => `${name} ${type}`).join(', ');
      await owner.query(`
        ${typesText}; create table records (id int, ${list}); create table spare (like records);
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
      const verdicts: Record<string, number> = {};
      const decisive: Record<string, number> = {};
      let policies = 0;
      const property = fc.asyncProperty(anyScenario, async (scenario) => {
        const records = await fill(owner, scenario);
        policies += 1;
        const expected = decideByReference(scenario, records, (verdict) => {
          verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
        });
        for (const part of listDecisiveParts(scenario, records.slice(0, 10)))
          decisive[part] = (decisive[part] ?? 0) + 1;
        const visible = (ids: readonly number[]) => ids.filter((id) => expected.read.includes(id));
        try {
          expect({
            can: decideByCan(scenario, records),
            filter: decideByFilter(scenario, records),
            text: await decideByText(owner, scenario),
            kysely: await decideByKysely(owner, scenario),
            policies: await decideByPolicies(owner, app, scenario),
          }).toEqual({
            ...{ can: expected, filter: expected, text: expected, kysely: expected },
            policies: { ...expected, edit: visible(expected.edit), delete: visible(expected.delete) },
          });
        } catch (error) {
          throw new Error(`${explain(scenario)}\n${(error as Error).message}`, { cause: error });
        }
      });
      await fc.assert(property, { ...runs(300), endOnFailure: true });

      const rows = policies * rowCount;
      const tell = (counts: Readonly<Record<string, number>>) =>
        Object.entries(counts)
          .map(([what, times]) => `${times} ${what}`)
          .join(', ');
      process.stdout.write(
        `decisions on the ${version} Postgres: ${policies} policies, ${rows} rows, ${rows * actions.length} decisions ` +
          `(${tell(verdicts)}), each by the reference and in 5 ways; policies that are decided by ${tell(decisive)}\n`,
      );
      // Or next to nothing might be allowed, or something of the language might never make a difference.
      for (const verdict of ['denied', 'wrong tenant', 'by role', 'by relation', 'by rule', 'nothing'])
        expect(verdicts[verdict] ?? 0, verdict).toBeGreaterThan(rows / 100);
      for (const part of ['inheritance', 'wildcards', 'matrix', 'roles made at run time'])
        expect(decisive[part] ?? 0, part).toBeGreaterThan(0);
    });
  });
}

/** Puts the rows into the table. @returns them as the driver reads them. */
async function fill(owner: pg.Pool, { rows }: Scenario): Promise<readonly StoredRecord[]> {
  const casts = columns.map(([, , name, type]) => `${name}::${type}`).join(', ');
  const parameters = columns.map((_column, index) => `$${index + 1}::text[]`).join(', ');
  const names = columns.map(([, , name]) => name).join(', ');
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
      columns.map(([attribute, , name, type]) => [
        attribute,
        // `pg` gives these as text; this is how an app that wants numbers reads them.
        ['int8', 'numeric'].includes(type) && row[name] !== null ? Number(row[name]) : row[name],
      ]),
    ),
  }));
}
