import { randomBytes } from 'node:crypto';
import { postgresStores } from '@tessera-auth/adapters-postgres';
import { createAuth } from '@tessera-auth/core';
import { finishedSignIn } from '@tessera-auth/core/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDatabase } from './support/create-database.js';
import { findSection, listBlocks, readPage } from './support/pages.js';

const [block] = listBlocks(findSection(readPage('docs/guide/postgres.md'), '## Permissions'));

describe('the grants on the page about Postgres', () => {
  // Roles belong to the whole server, which other tests use too.
  const role = `app_${randomBytes(6).toString('hex')}`;
  let owner: pg.Pool;
  let app: pg.Pool;

  beforeAll(async () => {
    const url = new URL(await createDatabase(inject('postgresUrl')));
    owner = new pg.Pool({ connectionString: url.href });
    await postgresStores({ pool: owner }).migrate();
    const grants = (block?.code ?? '').replaceAll(/\bapp\b/g, role);
    const password = randomBytes(12).toString('hex');
    await owner.query(`${grants}; alter role ${role} password '${password}'`);
    url.username = role;
    url.password = password;
    app = new pg.Pool({ connectionString: url.href });
  });

  afterAll(async () => {
    await app?.end();
    await owner?.query(`drop owned by ${role}; drop role ${role}`);
    await owner?.end();
  });

  it('suffice for everything but migrating', async () => {
    const stores = postgresStores({ pool: app });
    const auth = createAuth({
      publicUrl: 'http://localhost:3000',
      secret: randomBytes(48),
      stores,
      emailVerification: 'off',
    });
    const person = { tenantId: '', email: 'ada@example.com', password: 'seven quiet herons wade' };
    const origin = { ip: null, userAgent: null, isBrowser: false };

    expect(await stores.checkSchema()).toEqual([]);
    await auth.register({ ...person, name: 'Ada', origin });
    const signedIn = finishedSignIn(await auth.signInWithPassword({ ...person, origin }));
    const { user, session, refreshToken } = signedIn;
    await auth.refresh({ tenantId: '', refreshToken });
    expect((await auth.listSessions(user)).sessions).toHaveLength(2);
    await auth.renameUser(user, 'Ada L.');
    await auth.signOutOthers(user, session.id);
    await auth.changePassword({
      user,
      sessionId: session.id,
      currentPassword: person.password,
      newPassword: 'eight quiet herons wade',
    });
    await auth.endSession(user, session.id);
    await auth.signOutEverywhere(user);
    await auth.exportUser(user);
    await auth.eraseUser({ user, actorId: user.userId });
    await auth.endAllSessionsOfTenant({ tenantId: '', actorId: null });
    await auth.deleteExpired();
  });

  it('do not suffice to change the schema', async () => {
    await expect(app.query('create table tessera.mine (id int)')).rejects.toThrow('permission denied');
    await expect(app.query('drop table tessera.sessions')).rejects.toThrow('must be owner');
  });
});
