import { postgresStores } from '@tessera-auth/adapters-postgres';
import { createDatabase } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createPool, freshSchema } from './support/fresh-stores.js';

let pool: pg.Pool;
let url: string;
beforeAll(async () => {
  url = await createDatabase(inject('postgresUrl'), 'check_schema');
  pool = createPool(url);
});
afterAll(() => pool.end());

async function migrated() {
  const schema = freshSchema();
  const stores = postgresStores({ pool, schema, tablePrefix: 'auth_' });
  await stores.migrate();
  return { schema, stores };
}

describe('checkSchema', () => {
  it('names every migration and table that an empty database lacks', async () => {
    const problems = await postgresStores({ pool }).checkSchema();
    expect(problems.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'migration_pending 0001_users',
      'migration_pending 0002_sessions',
      'migration_pending 0003_revocations',
      'migration_pending 0004_one_time_tokens',
      'migration_pending 0005_rate_limits',
      'migration_pending 0006_revocation_log',
      'migration_pending 0007_user_addresses',
      'migration_pending 0008_audit',
      'migration_pending 0009_second_factors',
      'migration_pending 0010_audit_pseudonyms',
      'migration_pending 0011_audit_manual_changes',
      'migration_pending 0012_audit_seals',
      'migration_pending 0013_audit_manual_deletions',
      'migration_pending 0014_roles',
      'migration_pending 0015_audit_manual_roles',
      'migration_pending 0016_role_kinds',
      'table_missing tessera.migrations',
      'table_missing tessera.users',
      'table_missing tessera.sessions',
      'table_missing tessera.user_epochs',
      'table_missing tessera.tenant_epochs',
      'table_missing tessera.revocations',
      'table_missing tessera.one_time_tokens',
      'table_missing tessera.one_time_token_floors',
      'table_missing tessera.rate_limits',
      'table_missing tessera.audit_entries',
      'table_missing tessera.audit_heads',
      'table_missing tessera.second_factors',
      'table_missing tessera.audit_pseudonyms',
      'table_missing tessera.audit_manual_changes',
      'table_missing tessera.audit_seals',
      'table_missing tessera.roles',
      'table_missing tessera.role_assignments',
      'table_missing tessera.role_versions',
    ]);
    expect(problems[0]?.message).toBe('migration 0001_users has not run; run migrate()');
  });

  it('names a column and a table that went missing', async () => {
    const { schema, stores } = await migrated();
    await pool.query(`alter table ${schema}.auth_sessions drop column nonce, drop column amr`);
    await pool.query(`drop table ${schema}.auth_tenant_epochs`);
    expect((await stores.checkSchema()).map(({ message }) => message)).toEqual([
      `column ${schema}.auth_sessions.nonce is missing; it was changed by something other than migrate()`,
      `column ${schema}.auth_sessions.amr is missing; it was changed by something other than migrate()`,
      `table ${schema}.auth_tenant_epochs is missing, or its schema may not be read; run migrate() and grant its use`,
    ]);
  });

  it('has nothing against what a newer release added', async () => {
    const { schema, stores } = await migrated();
    await pool.query(`insert into ${schema}.auth_migrations (id) values ('9999_later')`);
    await pool.query(`alter table ${schema}.auth_sessions add column later text`);
    expect(await stores.checkSchema()).toEqual([]);
    expect(await stores.migrate()).toEqual([]);
  });

  it('names a default isolation level under which refreshes would fail', async () => {
    const { schema } = await migrated();
    const strict = createPool(url, { options: '-c default_transaction_isolation=serializable' });
    const problems = await postgresStores({ pool: strict, schema, tablePrefix: 'auth_' }).checkSchema();
    await strict.end();
    expect(problems).toMatchObject([{ kind: 'isolation_too_strict', name: 'serializable' }]);
  });

  it('a missing table is an outage at run time', async () => {
    const { sessions } = postgresStores({ pool, schema: 'nowhere' });
    await expect(sessions.find('t', 's')).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
