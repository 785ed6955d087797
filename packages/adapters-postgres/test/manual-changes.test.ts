/** ASVS 16.4.2 and 16.3.1: who has the database gives themselves a role, or an account a password, past the library. */
import { type PostgresStores, postgresStores } from '@tessera-auth/adapters-postgres';
import { createAuth } from '@tessera-auth/core';
import type { RoleStore } from '@tessera-auth/core/stores';
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
    expect(Math.abs((change?.at.getTime() ?? 0) - rows[0].at.getTime())).toBeLessThan(60_000);
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

const boss = {
  ...{ ...ada, role: 'boss', definition: null, assignedBy: 'bob', expiresAt: null },
  ...{ keepsOneOf: [], judgedBy: null },
};
const auditor = {
  ...{ tenantId: 'acme', name: 'auditor', permissions: ['reports:read'], description: 'Looks on' },
  createdBy: 'bob',
  judgedBy: null,
};
let commands = 0;
const command = <T extends object>(what: T) => ({ ...what, commandId: `command ${commands++}` });
const rolesOf = ({ roles }: { readonly roles?: RoleStore }): RoleStore => {
  if (roles === undefined) throw new Error('Postgres has roles');
  return roles;
};

describe('roles that are changed by hand', () => {
  it('are recorded with who, whom, which and when, and without values', async () => {
    await rolesOf(stores).grant(command({ ...boss, role: 'employee' }));
    await pool.query(
      `insert into ${schema}.role_assignments (tenant_id, user_id, role, assigned_at)
       values ('acme', 'eve', 'boss', now());
       update ${schema}.role_assignments set role = 'boss', assigned_by = null where user_id = 'ada'`,
    );
    const { rows } = await pool.query('select session_user as role');
    expect(await stores.listManualChanges({ limit: 10 })).toMatchObject([
      {
        ...{ table: 'role_assignments', tenantId: 'acme', userId: 'eve', role: 'boss', act: 'insert' },
        ...{ columns: ['tenant_id', 'user_id', 'role'], databaseRole: rows[0].role },
      },
      {
        ...{ table: 'role_assignments', ...ada, role: 'employee', act: 'update' },
        columns: ['role', 'assigned_by'],
      },
    ]);
  });

  it.each<[string, string]>([
    ['user_id', `user_id = 'eve'`],
    ['tenant_id', `tenant_id = 'globex'`],
    ['role', `role = 'owner'`],
    ['assigned_by', `assigned_by = 'eve'`],
    ['is_custom', 'is_custom = true'],
    ['expires_at', `expires_at = now() + interval '1 day'`],
  ])('are assignments with another %s', async (column, set) => {
    await rolesOf(stores).grant(command(boss));
    await pool.query(`update ${schema}.role_assignments set ${set}`);
    expect(await stores.listManualChanges({ limit: 10 })).toMatchObject([
      { table: 'role_assignments', ...ada, role: 'boss', columns: [column] },
    ]);
  });

  it.each<[string, string]>([
    ['tenant_id', `tenant_id = 'globex'`],
    ['name', `name = 'other'`],
    ['permissions', `permissions = '{*}'`],
    ['created_by', 'created_by = null'],
  ])('are definitions with another %s', async (column, set) => {
    await rolesOf(stores).createRole(command(auditor));
    await pool.query(`update ${schema}.roles set ${set}`);
    expect(await stores.listManualChanges({ limit: 10 })).toMatchObject([
      { table: 'roles', tenantId: 'acme', userId: null, role: 'auditor', act: 'update', columns: [column] },
    ]);
  });

  it('are definitions that were made by hand', async () => {
    await pool.query(
      `insert into ${schema}.roles (tenant_id, name, permissions, created_at, updated_at, command_id)
       values ('acme', 'root', '{*}', now(), now(), '')`,
    );
    expect(await stores.listManualChanges({ limit: 10 })).toMatchObject([
      {
        table: 'roles',
        userId: null,
        role: 'root',
        act: 'insert',
        columns: ['tenant_id', 'name', 'permissions'],
      },
    ]);
  });

  it('are those that were taken away by hand', async () => {
    await rolesOf(stores).createRole(command(auditor));
    await rolesOf(stores).grant(command(boss));
    await pool.query(`delete from ${schema}.role_assignments; delete from ${schema}.roles`);
    await rolesOf(stores).createRole(command(auditor));
    await rolesOf(stores).grant(command(boss));
    await pool.query(`truncate ${schema}.roles, ${schema}.role_assignments`);
    const changes = await stores.listManualChanges({ limit: 10 });
    expect(changes.map(({ table, userId, role, act }) => [table, userId, role, act])).toEqual([
      ['role_assignments', 'ada', 'boss', 'delete'],
      ['roles', null, 'auditor', 'delete'],
      ['roles', null, 'auditor', 'truncate'],
      ['role_assignments', 'ada', 'boss', 'truncate'],
    ]);
  });

  it('are recorded also in the transaction in which the library changed others', async () => {
    const client = await pool.connect();
    await client.query('begin');
    const roles = rolesOf(stores.withTransaction(client));
    for (const role of ['boss', 'manager', 'employee']) await roles.grant(command({ ...boss, role }));
    await roles.createRole(command(auditor));
    await roles.revoke(command({ ...ada, role: 'boss', keepsOneOf: [], judgedBy: null }));
    // Refused or without anything to do, so it may not open a door either.
    await roles.revoke(command({ ...ada, role: 'manager', keepsOneOf: ['manager'], judgedBy: null }));
    await roles.deleteRole({ tenantId: 'acme', name: 'auditor', revision: 'of before' });
    await client.query(`delete from ${schema}.role_assignments where role = 'manager'`);
    await client.query(`update ${schema}.role_assignments set expires_at = now()`);
    await client.query(`delete from ${schema}.roles`);
    await client.query('commit');
    client.release();
    const changes = await stores.listManualChanges({ limit: 10 });
    expect(changes.map(({ role, act }) => `${role} ${act}`)).toEqual([
      'manager delete',
      'employee update',
      'auditor delete',
    ]);
  });

  it('are none where nothing of it changed', async () => {
    await rolesOf(stores).createRole(command(auditor));
    await rolesOf(stores).grant(command(boss));
    await pool.query(
      `update ${schema}.role_assignments set role = role, revision = 9;
       update ${schema}.roles set permissions = '{reports:read}', description = 'Other'`,
    );
    expect(await listColumns()).toEqual([]);
  });
});

describe('changes by the library', () => {
  it('to roles are not recorded as by hand', async () => {
    const roles = rolesOf(stores);
    const bob = { ...ada, userId: 'bob' };
    const made = command(auditor);
    const custom = { role: 'auditor', definition: made.commandId };
    await roles.createRole(made);
    for (const user of [ada, bob]) {
      await roles.grant(command({ ...boss, ...user }));
      await roles.grant(command({ ...boss, ...user, ...custom }));
      // Again, with an expiry.
      await roles.grant(
        command({ ...boss, ...user, ...custom, expiresAt: new Date(Date.now() + 86_400_000) }),
      );
    }
    const emptied = command({ ...auditor, permissions: [], replaces: made.commandId });
    expect(await roles.replaceRole(emptied)).toMatchObject({ kind: 'replaced' });
    expect(
      await roles.revoke(command({ ...ada, role: 'boss', keepsOneOf: [], judgedBy: null })),
    ).toMatchObject({
      kind: 'revoked',
    });
    const deleted = { tenantId: 'acme', name: 'auditor', revision: emptied.commandId };
    expect(await roles.deleteRole(deleted)).toMatchObject({ kind: 'deleted' });
    await roles.createRole(command(auditor));
    await roles.grant(command({ ...boss, ...ada }));
    expect(await roles.removeAll({ ...bob, keepsOneOf: [] })).toBe(true);
    expect((await roles.findHeld(ada)).assignments).toMatchObject([{ assignedBy: null }]);
    expect(await roles.listRoles('acme')).toMatchObject([{ createdBy: null }]);
    await roles.grant(command({ ...boss, role: 'employee', expiresAt: new Date(0) }));
    expect(await roles.deleteExpired(10)).toBe(1);
    expect(await listColumns()).toEqual([]);
  });

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
