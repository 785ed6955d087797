/**
 * ASVS 14.1.1, 14.1.2: the guide sorts all that is kept, and says how each class is protected. ASVS 14.2.4: the database that a
 * whole life leaves behind keeps to it.
 */
import { postgresStores } from '@tessera-auth/adapters-postgres';
import { type Auth, createAuth } from '@tessera-auth/core';
import { finishedSignIn } from '@tessera-auth/core/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDatabase } from './support/create-database.js';
import { readPage } from './support/pages.js';

const page = readPage('docs/guide/data.md').text;
const classes = ['verifier', 'personal', 'pseudonym', 'operation'] as const;

/** The table of columns: `users.email` with its class. */
const documented = [...page.matchAll(/^\| `(\w+)` +\|(.*)\|(.*)\|(.*)\|(.*)\|$/gm)]
  .filter(([, name]) => !classes.includes(name as 'verifier'))
  .flatMap(([, table, ...cells]) =>
    cells.flatMap((cell, at) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, column]) => ({
        column: `${table}.${column}`,
        kind: classes[at],
      })),
    ),
  );

const person = { tenantId: '', email: 'quorva@zorbling.example', password: 'seven quiet herons wade' };
const origin = { ip: '203.0.113.77', userAgent: 'Zorbrowser/7 (Frobnix)', isBrowser: false };
const personal = [person.email, 'Quorva Zonk', origin.ip, origin.userAgent];

let pool: pg.Pool;
let auth: Auth;
/** What was given out and opens something. */
const secrets: string[] = [person.password];

/** Every value of the database, as text, by its column. */
async function readEverything(): Promise<readonly { column: string; text: string }[]> {
  const tables = await pool.query(
    `select table_name from information_schema.tables where table_schema = 'tessera'`,
  );
  const values: { column: string; text: string }[] = [];
  for (const { table_name: table } of tables.rows) {
    const { rows } = await pool.query(`select to_jsonb(row) as row from tessera."${table}" as row`);
    for (const { row } of rows)
      for (const [name, value] of Object.entries(row))
        values.push({ column: `${table}.${name}`, text: JSON.stringify(value) });
  }
  return values;
}

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await createDatabase(inject('postgresUrl')) });
  const stores = postgresStores({ pool, audit: true });
  await stores.migrate();
  auth = createAuth({
    publicUrl: 'http://localhost:3000',
    secret: crypto.getRandomValues(new Uint8Array(48)),
    stores,
    emailVerification: 'off',
    notify: (notice) => void ('token' in notice && secrets.push(notice.token)),
  });
});
afterAll(() => pool?.end());

it('every column is in one class', async () => {
  const { rows } = await pool.query(
    `select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'tessera'`,
  );
  expect(documented.map(({ column }) => column).toSorted()).toEqual(
    rows.map(({ name }) => String(name)).toSorted(),
  );
});

it('every class has its rules', () => {
  for (const kind of classes)
    expect(page).toMatch(new RegExp(`^\\| \`${kind}\` +(?:\\| [^|]{10,}){4}\\|$`, 'm'));
});

describe('after a whole life', () => {
  it('no secret is in any column, and what is personal only where it may be', async () => {
    const { user, accessToken, refreshToken } = finishedSignIn(
      await auth.register({ ...person, name: 'Quorva Zonk', origin }),
    );
    const signedIn = finishedSignIn(await auth.signInWithPassword({ ...person, origin }));
    await auth.signInWithPassword({ ...person, password: 'a wrong guess', origin }).catch(() => {});
    await auth.forgotPassword('', person.email, origin.ip);
    await auth.requestEmailChange(user, 'zonk@zorbling.example');
    const { secret } = await auth.enrollSecondFactor(user);
    secrets.push(accessToken, refreshToken, signedIn.refreshToken, secret);
    expect(secrets.length).toBeGreaterThan(5);

    const values = await readEverything();
    const parts = secrets.flatMap((text) => text.split('.')).filter((part) => part.length > 15);
    expect(values.filter(({ text }) => parts.some((part) => text.includes(part)))).toEqual([]);

    const holding = values.filter(({ text }) => personal.some((value) => text.includes(value)));
    const places = new Set(holding.map(({ column }) => column));
    const allowed = documented.filter(({ kind }) => kind === 'personal').map(({ column }) => column);
    expect([...places].filter((column) => !allowed.includes(column))).toEqual([]);
    expect(places).toContain('users.email');
    expect(places).toContain('sessions.ip');
  });

  it('nothing personal is left of who was erased, but for where sessions were until these expire', async () => {
    const { users } = await auth.listUsers('');
    for (const { userId } of users) await auth.eraseUser({ user: { tenantId: '', userId }, actorId: null });
    const left = (await readEverything()).filter(({ text }) =>
      personal.some((value) => text.includes(value)),
    );
    expect([...new Set(left.map(({ column }) => column))].toSorted()).toEqual([
      'sessions.ip',
      'sessions.user_agent',
    ]);
  });
});
