import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresStores } from '@tessera-auth/adapters-postgres';
import { createAuth, memoryStores } from '@tessera-auth/core';
import type { UserStore } from '@tessera-auth/core/stores';
import { collectCases, finishedSignIn, testStores } from '@tessera-auth/core/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createDatabase } from './support/create-database.js';
import { findSection, listBlocks, readPage, repository } from './support/pages.js';

const blocks = listBlocks(findSection(readPage('docs/guide/accounts.md'), '## Your own users table'));
const table = blocks.find(({ language }) => language === 'sql')?.code ?? '';
const program = blocks.find(({ language }) => language === 'ts')?.code ?? '';

let pool: pg.Pool;
let createPeopleStore: (pool: pg.Pool, now?: () => Date) => UserStore;

beforeAll(async () => {
  const folder = join(repository, 'docs/.cache/own-users');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'people.ts'), program);
  ({ createPeopleStore } = await import(join(folder, 'people.ts')));
  pool = new pg.Pool({ connectionString: await createDatabase(inject('postgresUrl')) });
  await pool.query(table);
});
afterAll(() => pool?.end());
beforeEach(() => pool.query('truncate people'));

const subject = {
  name: 'a table of the app',
  recordsRevocations: true,
  offersLog: true,
  offersSecondFactors: true,
  offersRoles: true,
  open: async ({ clock }: { readonly clock: { now(): number } }) => ({
    stores: {
      ...memoryStores({ clock }),
      users: createPeopleStore(pool, () => new Date(clock.now())),
    },
  }),
};

/** All the rest is in memory, and tested elsewhere. */
const chapters = [
  'user records',
  'create of users',
  'update of users',
  'addresses of users',
  'list and delete of users',
];
const cases = [...collectCases((runner) => testStores(runner, subject))].flatMap(([name, run]) => {
  const [chapter = ''] = name.split(' > ');
  return chapters.includes(chapter) ? [{ name, chapter, run }] : [];
});

describe('the functions over an own table on the page about accounts', () => {
  it.each(cases)('$name', ({ run }) => run());

  it('are tested by all chapters about accounts', () => {
    expect(new Set(cases.map(({ chapter }) => chapter))).toEqual(new Set(chapters));
  });

  it('do for a whole life with an account', async () => {
    const adapter = postgresStores({ pool });
    await adapter.migrate();
    const { transactions: _notOverPeople, ...others } = adapter;
    const auth = createAuth({
      publicUrl: 'http://localhost:3000',
      secret: crypto.getRandomValues(new Uint8Array(48)),
      stores: { ...others, users: createPeopleStore(pool) },
      emailVerification: 'off',
    });
    const person = { tenantId: '', email: 'ada@example.com', password: 'seven quiet herons wade' };
    const origin = { ip: null, userAgent: null, isBrowser: false };
    const { user } = finishedSignIn(await auth.register({ ...person, name: 'Ada', origin }));
    finishedSignIn(await auth.signInWithPassword({ ...person, origin }));
    await auth.disableUser({ user, actorId: null });
    await auth.enableUser({ user, actorId: null });
    expect((await auth.listUsers('')).users).toHaveLength(1);
    expect(auth.composition.changesPasswordsAtomically).toBe(false);
    expect((await auth.exportUser(user))?.account).toMatchObject({ name: 'Ada', hasPassword: true });
    await auth.eraseUser({ user, actorId: null });
    expect((await pool.query('select from people')).rowCount).toBe(0);
  });
});
