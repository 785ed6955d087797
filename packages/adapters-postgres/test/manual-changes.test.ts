/** ASVS 16.4.2 and 16.3.1: who has the database gives themselves a role, or an account a password, past the library. */
import { type PostgresStores, postgresStores } from '@tessera-auth/adapters-postgres';
import { createAuth } from '@tessera-auth/core';
import { finishedSignIn } from '@tessera-auth/core/testing';
import { createDatabase } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createPool, freshSchema } from './support/fresh-stores.js';

let pool: pg.Pool;
let stores: PostgresStores;
let schema: string;
beforeAll(async () => {
  pool = createPool(await createDatabase(inject('postgresUrl'), 'manual_changes'));
});
afterAll(() => pool.end());
beforeEach(async () => {
  schema = freshSchema();
  stores = postgresStores({ pool, schema, audit: true });
  await stores.migrate();
});

const ada = { tenantId: 'acme', userId: 'ada' };
const account = {
  ...ada,
  email: 'Ada@example.com',
  canonicalEmail: 'ada@example.com',
  emailVerifiedAt: null,
  name: 'Ada',
  roles: [],
  passwordHash: '$a$hash',
};
const update = (set: string) => `update ${schema}.users set ${set} where user_id = 'ada'`;
const listColumns = async () =>
  (await stores.listManualChanges({ limit: 100 })).map(({ columns }) => columns.join(' '));

describe('changes by hand', () => {
  it('are recorded with who, whom, what and when, and without values', async () => {
    await stores.users.create(account);
    const { rows } = await pool.query('select session_user as role, clock_timestamp() as at');
    await pool.query(update(`roles = '{boss}', password_hash = 'secret-hash', name = 'Eve'`));
    const [change, ...others] = await stores.listManualChanges({ limit: 10 });
    expect(others).toEqual([]);
    expect(change).toMatchObject({ ...ada, act: 'update', columns: ['roles', 'password_hash'] });
    expect(change?.databaseRole).toBe(rows[0].role);
    expect(Math.abs((change?.at.getTime() ?? 0) - rows[0].at.getTime())).toBeLessThan(10_000);
    const records = await pool.query(
      `select to_jsonb(r)::text as row from ${schema}.audit_manual_changes as r`,
    );
    expect(JSON.stringify(records.rows)).not.toMatch(/boss|secret-hash|example\.com|Eve/);
  });

  it.each<[string, string]>([
    ['roles', `roles = '{boss}'`],
    ['disabled_at', 'disabled_at = now()'],
    ['password_hash', 'password_hash = null'],
    ['email', `email = 'eve@example.com'`],
    ['canonical_email', `canonical_email = 'eve@example.com'`],
    ['email_verified_at', 'email_verified_at = now()'],
    ['tenant_id', `tenant_id = 'globex'`],
    ['user_id', `user_id = 'eve'`],
  ])('of %s', async (column, set) => {
    await stores.users.create(account);
    await pool.query(update(set));
    expect(await stores.listManualChanges({ limit: 10 })).toMatchObject([{ ...ada, columns: [column] }]);
  });

  it('are none where nothing of it changed', async () => {
    await stores.users.create(account);
    for (const set of [`roles = '{}'`, `name = 'Eve'`, 'email = email', 'revision = 9'])
      await pool.query(update(set));
    expect(await listColumns()).toEqual([]);
  });

  it('are accounts that were made by hand', async () => {
    await pool.query(
      `insert into ${schema}.users (tenant_id, user_id, email, canonical_email, roles, created_at)
       values ('acme', 'eve', 'e', 'e', '{boss}', now())`,
    );
    expect(await stores.listManualChanges({ limit: 10 })).toMatchObject([
      {
        userId: 'eve',
        act: 'insert',
        columns: ['tenant_id', 'user_id', 'email', 'canonical_email', 'roles'],
      },
    ]);
  });

  it('are accounts that were deleted by hand', async () => {
    await stores.users.create(account);
    await stores.users.create({ ...account, userId: 'bob', canonicalEmail: 'bob@example.com' });
    await pool.query(`delete from ${schema}.users where user_id = 'ada'`);
    await pool.query(`truncate ${schema}.users cascade`);
    expect(await stores.listManualChanges({ limit: 10 })).toMatchObject([
      {
        ...ada,
        act: 'delete',
        columns: ['tenant_id', 'user_id', 'email', 'canonical_email', 'roles', 'password_hash'],
      },
      { userId: 'bob', act: 'truncate', columns: [] },
    ]);
  });

  it('are recorded also in the transaction in which the library deleted another account', async () => {
    await stores.users.create(account);
    await stores.users.create({ ...account, userId: 'bob', canonicalEmail: 'bob@example.com' });
    const client = await pool.connect();
    await client.query('begin');
    expect(await stores.withTransaction(client).users.delete?.({ ...ada, userId: 'bob' })).toBe(true);
    await client.query(`delete from ${schema}.users where user_id = 'ada'`);
    await client.query('commit');
    client.release();
    expect(await stores.listManualChanges({ limit: 10 })).toMatchObject([{ ...ada, act: 'delete' }]);
  });

  it('are recorded also in the transaction in which the library changed the same account', async () => {
    const client = await pool.connect();
    await client.query('begin');
    const { users } = stores.withTransaction(client);
    await users.create(account);
    await client.query(update(`roles = '{boss}'`));
    await users.update({ ...ada, set: { disabledAt: new Date(0) } });
    await client.query(update('disabled_at = null'));
    await client.query('commit');
    client.release();
    expect(await listColumns()).toEqual(['roles', 'disabled_at']);
  });

  it('are recorded for a role that may neither read nor write records', async () => {
    await stores.users.create(account);
    await pool.query(
      `create role ${schema} login password 'p'; grant usage on schema ${schema} to ${schema};
       grant select, update on ${schema}.users to ${schema}`,
    );
    const url = new URL(pool.options.connectionString ?? '');
    url.username = schema;
    url.password = 'p';
    const own = createPool(url.href);
    await own.query(update(`roles = '{boss}'`));
    await expect(own.query(`delete from ${schema}.audit_manual_changes`)).rejects.toMatchObject({
      code: '42501',
    });
    await own.end();
    expect(await stores.listManualChanges({ limit: 10 })).toMatchObject([{ databaseRole: schema }]);
    await pool.query(`drop owned by ${schema}; drop role ${schema}`);
  });

  it('are rolled back with their record', async () => {
    await stores.users.create(account);
    await pool.query(`begin; ${update(`roles = '{boss}'`)}; rollback`);
    expect(await listColumns()).toEqual([]);
  });

  it('stay recorded: nobody changes, deletes or truncates it', async () => {
    await stores.users.create(account);
    await pool.query(update(`roles = '{boss}'`));
    const table = `${schema}.audit_manual_changes`;
    for (const text of [`update ${table} set user_id = ''`, `delete from ${table}`, `truncate ${table}`])
      await expect(pool.query(text)).rejects.toMatchObject({ code: '42501' });
    expect(await listColumns()).toEqual(['roles']);
  });

  it('are read in pages, of one tenant or all', async () => {
    await stores.users.create(account);
    await stores.users.create({ ...account, tenantId: 'globex' });
    for (const at of [1, 2]) await pool.query(update(`roles = '{r${at}}'`));
    const all = await stores.listManualChanges({ limit: 10 });
    expect(all.map(({ tenantId }) => tenantId).sort()).toEqual(['acme', 'acme', 'globex', 'globex']);
    expect(await stores.listManualChanges({ afterNumber: all[0]?.number ?? 0, limit: 2 })).toEqual(
      all.slice(1, 3),
    );
    const own = await stores.listManualChanges({ tenantId: 'globex', limit: 10 });
    expect(own).toEqual(all.filter(({ tenantId }) => tenantId === 'globex'));
  });
});

describe('changes by the library', () => {
  it('are not recorded as by hand', async () => {
    await stores.users.create(account);
    for (const set of [
      { email: 'ada@example.org', canonicalEmail: 'ada@example.org', emailVerifiedAt: new Date(0) },
      { passwordHash: '$b$hash' },
      { disabledAt: new Date(0) },
      { disabledAt: null },
    ]) {
      expect(await stores.users.update({ ...ada, set })).toMatchObject({ kind: 'updated' });
      // The same again changes nothing.
      await stores.users.update({ ...ada, set });
    }
    expect(await stores.users.delete?.(ada)).toBe(true);
    expect(await listColumns()).toEqual([]);
  });

  it('are not recorded as by hand when people use it', async () => {
    const auth = createAuth({
      publicUrl: 'https://app.example.com',
      secret: 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs',
      stores,
      emailVerification: 'off',
    });
    const origin = { ip: null, userAgent: null, isBrowser: false };
    const registration = {
      ...{ tenantId: 'acme', email: 'ada@example.com', name: null, origin },
      password: 'seven quiet herons wade',
    };
    const { user, session } = finishedSignIn(await auth.register(registration));
    await auth.signInWithPassword(registration);
    await auth.changePassword({
      ...{ user, sessionId: session.id },
      ...{ currentPassword: registration.password, newPassword: 'nine loud herons fly' },
    });
    await auth.eraseUser({ user, actorId: user.userId });
    expect(await auth.findUser(user)).toBeNull();
    expect(await listColumns()).toEqual([]);
  });
});
