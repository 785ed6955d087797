import { type PostgresStores, postgresStores } from '@tessera-auth/adapters-postgres';
import { createDatabase } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createPool, freshSchema, recordStatements } from './support/fresh-stores.js';
import { createLogReader } from './support/log-reader.js';

const ids = [
  '0001_users',
  '0002_sessions',
  '0003_revocations',
  '0004_one_time_tokens',
  '0005_rate_limits',
  '0006_revocation_log',
  '0007_user_addresses',
  '0008_audit',
  '0009_second_factors',
  '0010_audit_pseudonyms',
  '0011_audit_manual_changes',
  '0012_audit_seals',
  '0013_audit_manual_deletions',
  '0014_roles',
  '0015_audit_manual_roles',
  '0016_role_kinds',
];

let pool: pg.Pool;
beforeAll(async () => {
  pool = createPool(await createDatabase(inject('postgresUrl'), 'migrations'));
});
afterAll(() => pool.end());

/** Every column, index and constraint of a schema, without its name. */
async function catalogOf(schema: string): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select replace(line, $1, 'SCHEMA') as line from (
       select table_name || ' ' || column_name || ' ' || data_type || ' ' || coalesce(collation_name, '') || ' '
         || is_nullable || ' ' || coalesce(datetime_precision::text, '') as line
       from information_schema.columns where table_schema = $1
       union all select indexdef from pg_indexes where schemaname = $1
       union all select relname || ' ' || array_to_string(reloptions, ',') from pg_class
         where relnamespace = to_regnamespace($1) and reloptions is not null
     ) as lines order by 1`,
    [schema],
  );
  return rows.map(({ line }) => line);
}

async function inFreshSchema(): Promise<{ readonly schema: string; readonly stores: PostgresStores }> {
  const schema = freshSchema();
  return { schema, stores: postgresStores({ pool, schema }) };
}

describe('migrate', () => {
  it('creates everything in an empty database, and nothing the second time', async () => {
    const { stores } = await inFreshSchema();
    expect(await stores.migrate()).toEqual(ids);
    expect(await stores.checkSchema()).toEqual([]);
    expect(await stores.migrate()).toEqual([]);
    expect(stores.listMigrations().map(({ id }) => id)).toEqual(ids);
  });

  it('runs each migration once when many nodes start together', async () => {
    const { stores } = await inFreshSchema();
    const ran = await Promise.all(Array.from({ length: 12 }, () => stores.migrate()));
    expect(ran.flat()).toEqual(ids);
    expect(await stores.checkSchema()).toEqual([]);
  });

  it('goes on from every earlier version, and every step can be undone', async () => {
    for (let kept = 0; kept < ids.length; kept++) {
      const { schema, stores } = await inFreshSchema();
      await stores.migrate();
      const whole = await catalogOf(schema);
      for (const { id, down } of stores.listMigrations().slice(kept).reverse()) {
        for (const text of down) await pool.query(text);
        await pool.query(`delete from ${schema}.migrations where id = $1`, [id]);
      }
      const pending = ids.slice(kept);
      const problems = await stores.checkSchema();
      expect(problems.filter(({ kind }) => kind === 'migration_pending').map(({ name }) => name)).toEqual(
        pending,
      );
      expect(await stores.migrate()).toEqual(pending);
      expect(await catalogOf(schema)).toEqual(whole);
    }
  });

  it('keeps the revocations of before the log, for readers that start and for the direct check', async () => {
    const { schema, stores } = await inFreshSchema();
    await stores.migrate();
    for (const { id, down } of stores.listMigrations().slice(3).reverse()) {
      for (const text of down) await pool.query(text);
      await pool.query(`delete from ${schema}.migrations where id = $1`, [id]);
    }
    await pool.query(
      `insert into ${schema}.revocations (kind, tenant_id, name, epoch, until)
       select 'session', '', 'of before ' || number, 2147483647, '2126-01-01' from generate_series(1, 5000) as number`,
    );
    await stores.migrate();
    await stores.revocations.add([{ kind: 'session', sessionId: 'of after', until: new Date('2126-01-01') }]);
    const reader = createLogReader(stores.revocations);
    await reader.catchUp();
    expect(reader.names.size).toBe(5001);
    const subject = { jti: 'j', tenantId: '', userId: 'u', userEpoch: 0, tenantEpoch: 0, rolesVersion: 0 };
    expect(await stores.revocations.isRevoked({ ...subject, sessionId: 'of before 1' })).toBe(true);
  });

  it('takes what was granted before for the role that the tenant made, where it made one', async () => {
    const { schema, stores } = await inFreshSchema();
    await stores.migrate();
    for (const { id, down } of stores.listMigrations().slice(15).reverse()) {
      for (const text of down) await pool.query(text);
      await pool.query(`delete from ${schema}.migrations where id = $1`, [id]);
    }
    await pool.query(
      `insert into ${schema}.roles (tenant_id, name, permissions, created_at, updated_at, command_id, revision)
       values ('acme', 'auditor', '{a:b}', now(), now(), 'c', 1);
       insert into ${schema}.role_assignments (tenant_id, user_id, role, assigned_at, revision)
       values ('acme', 'ada', 'auditor', now(), 1), ('acme', 'ada', 'boss', now(), 1),
         ('globex', 'ada', 'auditor', now(), 1)`,
    );
    await stores.migrate();
    const kindsIn = async (tenantId: string) => {
      const { assignments } = (await stores.roles?.findHeld({ tenantId, userId: 'ada' })) ?? {
        assignments: [],
      };
      return assignments.map(({ role, isCustom }) => [role, isCustom]);
    };
    expect(await kindsIn('acme')).toEqual([
      ['auditor', true],
      ['boss', false],
    ]);
    expect(await kindsIn('globex')).toEqual([['auditor', false]]);
    expect(await stores.listManualChanges({ limit: 10 })).toEqual([]);
  });

  it('leaves nothing behind when a step fails', async () => {
    const { schema, stores } = await inFreshSchema();
    await pool.query(`create schema ${schema}; create table ${schema}.revocations (theirs text)`);
    await expect(stores.migrate()).rejects.toMatchObject({ code: 'store_unavailable' });
    const { rows } = await pool.query('select tablename from pg_tables where schemaname = $1', [schema]);
    expect(rows).toEqual([{ tablename: 'revocations' }]);
  });

  it('needs no right to create schemas where the schema is there', async () => {
    const { schema } = await inFreshSchema();
    await pool.query(
      `create role ${schema} login password 'p'; create schema ${schema} authorization ${schema}`,
    );
    const url = new URL(pool.options.connectionString ?? '');
    url.username = schema;
    url.password = 'p';
    const own = createPool(url.href);
    expect(await postgresStores({ pool: own, schema }).migrate()).toEqual(ids);
    await own.end();
    await pool.query(`drop schema ${schema} cascade; drop role ${schema}`);
  });
});

describe('migrationSql', () => {
  it('is what migrate runs, statement by statement', async () => {
    const recording = recordStatements(pool);
    const stores = postgresStores({ pool: recording.pool, schema: freshSchema() });
    await stores.migrate();
    const changes = recording.sent
      .map(({ text }) => text)
      .filter((text) => !/^(start transaction|commit|select id)/.test(text));
    const printed = stores.migrationSql().replaceAll(/^-- .*$/gm, '');
    expect(['begin', ...changes, 'commit'].map((text) => `${text};`).join('\n')).toBe(
      printed.replaceAll(/\n{2,}/g, '\n').trim(),
    );
  });

  it('gives the same schema when it is run by hand', async () => {
    const byHand = await inFreshSchema();
    const byCall = await inFreshSchema();
    await pool.query(byHand.stores.migrationSql());
    await byCall.stores.migrate();
    expect(await byHand.stores.checkSchema()).toEqual([]);
    expect(await byHand.stores.migrate()).toEqual([]);
    expect(await catalogOf(byHand.schema)).toEqual(await catalogOf(byCall.schema));
  });
});
