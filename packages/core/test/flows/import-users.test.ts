import { Readable } from 'node:stream';
import {
  type AuditStore,
  createMemoryAuditStore,
  type ImportedUser,
  type ImportProgress,
  type ImportReport,
  importUsers,
  memoryStores,
  readUsersFromCsv,
  readUsersFromJsonLines,
} from '@tessera-auth/core';
import { finishedSignIn } from '@tessera-auth/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, origin } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

// Of nobody's password, at a cost of 4.
const bcryptHash = '$2b$04$abcdefghijklmnopqrstuu8sDlbkC/6rJsb8ioRkxgXfDQURUE.vq';

let bench: AuthBench;
beforeEach(() => {
  bench = createAuthBench();
});

const codesOf = ({ problems }: ImportReport) => problems.map(({ line, code }) => `${line} ${code}`);
const findByEmail = (email: string) => bench.auth.stores.users.findByEmail('', email);

/** The text in pieces of this many bytes, which part characters and line breaks. */
function* cut(text: string, size: number): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

describe('importing users', () => {
  it('makes accounts that their owners sign in to with the passwords they have', async () => {
    const { passwordHash } = (await createAuthBench().register()).user;
    const report = await importUsers(bench.auth, [
      {
        email: 'Ada@Example.org',
        name: 'Ada',
        roles: ['boss'],
        emailVerified: true,
        userId: 'their-7',
        passwordHash,
      },
      { email: 'eve@example.org', passwordHash: bcryptHash },
      { email: 'nobody@example.org', passwordHash: null, name: null },
    ]);
    expect(report).toEqual({ line: 3, created: 3, unchanged: 0, refused: 0, problems: [] });
    expect(finishedSignIn(await bench.beginSignIn()).user).toMatchObject({
      userId: 'their-7',
      email: 'Ada@Example.org',
      roles: ['boss'],
      name: 'Ada',
      emailVerifiedAt: new Date(bench.clock.now()),
    });
    expect((await findByEmail('eve@example.org'))?.passwordHash).toBe(bcryptHash);
    expect(await refusalCode(bench.beginSignIn(undefined, 'nobody@example.org'))).toBe('credentials_invalid');
    expect(await bench.listNotices()).toMatchObject([{ kind: 'new_device' }]);
  });

  it('records each account that it makes, those of a few rows in one step', async () => {
    const audit = createMemoryAuditStore();
    const appended: number[] = [];
    const append: AuditStore['append'] = async (command) => {
      appended.push(command.drafts.length);
      return audit.append(command);
    };
    bench = createAuthBench({
      openStores: (clock) => ({ ...memoryStores({ clock }), audit: { ...audit, append } }),
    });
    const rows = Array.from({ length: 7 }, (_, at) => ({
      email: `u${at % 6}@example.org`,
      userId: `u${at}`,
    }));
    for (const _ of [1, 2]) await importUsers(bench.auth, rows, { concurrency: 4 });
    expect(appended).toEqual([4, 2]);
    const made = (await bench.listEvents()).map(({ type, userId }) => `${type} ${userId}`);
    expect(made).toEqual([0, 1, 2, 3, 4, 5].map((at) => `user_created u${at}`));
    const entries = await bench.auth.audit?.list({ tenantId: '', limit: 10 });
    expect(entries?.map(({ userId }) => `user_created ${userId}`)).toEqual(made);
  });

  it('changes nothing the second time, and nothing of an account that was there', async () => {
    const before = await bench.register();
    const rows = [
      { email: 'ada@example.org', name: 'Not Ada', roles: ['boss'] },
      { email: 'eve@example.org', userId: 'e' },
      { email: 'bob@example.org' },
    ];
    expect(await importUsers(bench.auth, rows)).toMatchObject({ created: 2, unchanged: 1, refused: 0 });
    const bob = await findByEmail('bob@example.org');
    expect(await importUsers(bench.auth, rows)).toMatchObject({ created: 0, unchanged: 3, refused: 0 });
    expect(await findByEmail('bob@example.org')).toEqual(bob);
    expect(await findByEmail('ada@example.org')).toMatchObject({
      userId: before.user.userId,
      name: null,
      roles: [],
    });
  });

  it('is finished by running it again after an outage at any row', async () => {
    const rows = Array.from({ length: 25 }, (_, at) => ({
      email: `user${at}@example.org`,
      userId: `u${at}`,
    }));
    for (const failure of ['unreached', 'reply-lost'] as const) {
      for (const at of [0, 1, 7, 20, 33, 49]) {
        const { auth, watched } = createAuthBench();
        watched.forgetCalls();
        watched.failAt(at, failure);
        expect(await refusalCode(importUsers(auth, rows))).toBe('store_unavailable');
        watched.heal();
        const { created, unchanged, refused } = await importUsers(auth, rows);
        expect([created + unchanged, refused]).toEqual([25, 0]);
        expect((await auth.listUsers('')).users).toHaveLength(25);
      }
    }
  });

  it.each<[string, unknown, string]>([
    ['nothing', null, 'row_malformed'],
    ['a list', [], 'row_malformed'],
    ['a field that is not known', { email: 'a@example.org', isAdmin: true }, 'row_malformed'],
    ['no address', { name: 'a' }, 'row_malformed'],
    ['a role that is no list', { email: 'a@example.org', roles: 'boss' }, 'row_malformed'],
    ['a word for a truth', { email: 'a@example.org', emailVerified: 'yes' }, 'row_malformed'],
    ['no address at all', { email: 'somebody' }, 'email_invalid'],
    ['two addresses', { email: 'a@example.org,b@example.org' }, 'email_invalid'],
    ['a name of nothing', { email: 'a@example.org', name: '' }, 'name_invalid'],
    ['a name of two lines', { email: 'a@example.org', name: 'a\nb' }, 'name_invalid'],
    ['a name with half a character', { email: 'a@example.org', name: '\ud800' }, 'name_invalid'],
    ['an id of nothing', { email: 'a@example.org', userId: '' }, 'user_id_invalid'],
    ['an id with NUL', { email: 'a@example.org', userId: 'a\0' }, 'user_id_invalid'],
    ['an id that is too long', { email: 'a@example.org', userId: 'x'.repeat(256) }, 'user_id_invalid'],
    ['a password', { email: 'a@example.org', passwordHash: 'secret' }, 'password_hash_unsupported'],
    [
      'a hash that is too costly',
      { email: 'a@example.org', passwordHash: bcryptHash.replace('$04$', '$31$') },
      'password_hash_unsupported',
    ],
    ['a role that is none', { email: 'a@example.org', roles: ['employee', 'king'] }, 'role_unknown'],
  ])('refuses %s by line and code, and goes on', async (_case, row, code) => {
    const rows = [{ email: 'first@example.org' }, row as ImportedUser, { email: 'last@example.org' }];
    const report = await importUsers(bench.auth, rows);
    expect(report).toMatchObject({ line: 3, created: 2, refused: 1 });
    expect(report.problems).toEqual([{ line: 2, code }]);
    expect(await findByEmail('a@example.org')).toBeNull();
  });

  it('gives to the first row what two of them want', async () => {
    const report = await importUsers(bench.auth, [
      { email: 'ada@example.org', name: 'first', userId: 'a' },
      { email: 'ADA@example.org', name: 'second', userId: 'a' },
      { email: 'Ada@EXAMPLE.org', name: 'third', userId: 'b' },
      { email: 'eve@example.org', userId: 'a' },
      { email: 'eve@example.org', userId: 'e' },
    ]);
    expect(codesOf(report)).toEqual(['2 row_repeated', '3 row_repeated', '4 user_id_taken']);
    expect(await findByEmail('ada@example.org')).toMatchObject({ name: 'first', userId: 'a' });
    expect(await findByEmail('eve@example.org')).toMatchObject({ userId: 'e' });
  });

  it('refuses an address that an account of another id has', async () => {
    await bench.register();
    const report = await importUsers(bench.auth, [{ email: 'ada@example.org', userId: 'other' }]);
    expect(codesOf(report)).toEqual(['1 email_taken']);
  });

  it('tells how far it is, and of every problem, in the order of the rows', async () => {
    const rows = Array.from({ length: 2500 }, (_, at) => ({
      email: at % 2 === 0 ? `user${at}@example.org` : 'none',
    }));
    const told: ImportProgress[] = [];
    const lines: number[] = [];
    const report = await importUsers(bench.auth, rows, {
      concurrency: 100,
      onProgress: (progress) => void told.push(progress),
      onProblem: ({ line }) => void lines.push(line),
    });
    expect(report).toMatchObject({ line: 2500, created: 1250, refused: 1250 });
    expect(report.problems).toHaveLength(1000);
    expect(told.map(({ line }) => line)).toEqual(Array.from({ length: 25 }, (_, at) => (at + 1) * 100));
    expect(lines).toEqual(Array.from({ length: 1250 }, (_, at) => 2 * at + 2));
  });

  it('keeps tenants apart, and takes stores alone as well', async () => {
    const stores = memoryStores();
    await importUsers(stores, [{ email: 'ada@example.org', roles: ['anything'] }], { tenantId: 'acme' });
    expect(await stores.users.findByEmail('', 'ada@example.org')).toBeNull();
    expect(await stores.users.findByEmail('acme', 'ada@example.org')).toMatchObject({ roles: ['anything'] });
  });

  it.each([0, 101, 1.5, Number.NaN])('refuses a concurrency of %d', async (concurrency) => {
    await expect(importUsers(bench.auth, [], { concurrency })).rejects.toThrow(/^concurrency: /);
  });
});

describe('a CSV file', () => {
  const csv = [
    'email,name,roles,emailVerified,userId',
    'ada@example.org,"Ada ""the first"", Łøvelace 🦉",employee|boss,true,7',
    '',
    '"eve@example.org","a, b",,f,',
    '',
  ];
  const rows = [
    {
      line: 2,
      user: {
        email: 'ada@example.org',
        name: 'Ada "the first", Łøvelace 🦉',
        roles: ['employee', 'boss'],
        emailVerified: true,
        userId: '7',
      },
    },
    { line: 4, user: { email: 'eve@example.org', name: 'a, b', emailVerified: false } },
  ];

  it.each([1, 2, 3, 7, 1000])('is read in pieces of %d bytes', async (size) => {
    for (const lineBreak of ['\n', '\r\n']) {
      const text = `\ufeff${csv.join(lineBreak)}`;
      expect(await readAll(readUsersFromCsv(cut(text, size)))).toEqual(rows);
    }
  });

  it('may come as text, from a stream of Node.js, and without a last line break', async () => {
    const text = csv.join('\n').trimEnd();
    expect(await readAll(readUsersFromCsv([text]))).toEqual(rows);
    expect(await readAll(readUsersFromCsv(Readable.from([Buffer.from(text)])))).toEqual(rows);
  });

  it('may call its fields otherwise, hold others, and be parted by something else', async () => {
    const text = 'Nr;mail;pw\n1;ada@example.org;x\n';
    const options = {
      delimiter: ';',
      fields: { email: 'mail', passwordHash: 'pw' },
      ignoresOtherFields: true,
    } as const;
    expect(await readAll(readUsersFromCsv([text], options))).toEqual([
      { line: 2, user: { email: 'ada@example.org', passwordHash: 'x' } },
    ]);
  });

  it.each([
    ['no address', 'name\na\n'],
    ['a field twice', 'email,email\na,b\n'],
    ['a field that is not known', 'email,passwordhash\na,b\n'],
    ['quotes inside', 'em"ail\na\n'],
  ])('is refused for a header with %s', async (_case, text) => {
    expect(await readAll(readUsersFromCsv([text]))).toEqual([{ line: 1, problem: 'header_invalid' }]);
  });

  it.each([
    ['too few fields', 'a@example.org'],
    ['too many fields', 'a@example.org,a,b'],
    ['a quote inside', 'a@example.org,a"b'],
    ['something after a quote', 'a@example.org,"a"b'],
    ['a third quote after that', 'a@example.org,"a "b"c'],
    ['a third quote after half a line break', 'a@example.org,"a"\r"b'],
    ['no end', `a@example.org,${'x'.repeat(70_000)}`],
  ])('has a row with %s, and goes on after it', async (_case, row) => {
    const read = await readAll(readUsersFromCsv([`email,name\n${row}\neve@example.org,Eve\n`]));
    expect(read).toEqual([
      { line: 2, problem: 'row_malformed' },
      { line: 3, user: { email: 'eve@example.org', name: 'Eve' } },
    ]);
  });

  it.each([
    ['a quote that is not closed', 'email\n"ada@example.org\neve@example.org\n', 2],
    ['a quote that is not closed for long', `email\n"${'x\n'.repeat(40_000)}`, 2],
    ['bytes that are no UTF-8', Buffer.from('email\nada@example.org\n\xff', 'latin1'), 1],
    ['an end within a character', Buffer.from('email\nada@example.org\né').subarray(0, -1), 3],
  ])('is not read on after %s', async (_case, chunk, line) => {
    const read = await readAll(readUsersFromCsv([chunk]));
    expect(read.at(-1)).toEqual({ line, problem: 'source_unreadable' });
  });

  it('keeps nothing of a row that has no end', async () => {
    const piece = ','.repeat(1_000_000);
    let heldBytes = 0;
    function* endless() {
      yield 'email\n';
      const before = process.memoryUsage().heapUsed;
      for (let at = 0; at < 6; at += 1) {
        yield piece;
        heldBytes = Math.max(heldBytes, process.memoryUsage().heapUsed - before);
      }
    }
    expect(await readAll(readUsersFromCsv(endless()))).toEqual([{ line: 2, problem: 'row_malformed' }]);
    // Six million fields are more than that.
    expect(heldBytes).toBeLessThan(32 * 1024 * 1024);
  });

  it('counts lines within fields, and imports with the lines of the file', async () => {
    const text = 'email,name\n"ada@example.org","a\nb"\nnone,x\neve@example.org,Eve\n';
    const report = await importUsers(bench.auth, readUsersFromCsv([text]));
    expect(codesOf(report)).toEqual(['2 name_invalid', '4 email_invalid']);
    expect(report).toMatchObject({ line: 5, created: 1, refused: 2 });
  });

  it('is never kept as a whole', async () => {
    let given = 0;
    async function* endless() {
      yield 'email\n';
      for (; ; given += 1) yield `user${given}@example.org\n`;
    }
    const reader = readUsersFromCsv(endless());
    for (let at = 0; at < 5; at++) await reader.next();
    expect(given).toBeLessThan(6);
  });
});

describe('a file of JSON lines', () => {
  const lines = ['{"email":"ada@example.org","roles":["boss"]}', '', '{"email":"eve@example.org"}'];
  const rows = [
    { line: 1, user: { email: 'ada@example.org', roles: ['boss'] } },
    { line: 3, user: { email: 'eve@example.org' } },
  ];

  it.each([1, 3, 1000])('is read in pieces of %d bytes', async (size) => {
    for (const lineBreak of ['\n', '\r\n']) {
      const text = `\ufeff${lines.join(lineBreak)}`;
      expect(await readAll(readUsersFromJsonLines(cut(text, size)))).toEqual(rows);
    }
  });

  it.each([
    ['no JSON', '{'],
    ['a word', 'unreadable'],
    ['a list', '[1]'],
    ['null', 'null'],
    ['a field that is not known', '{"email":"a@example.org","isAdmin":true}'],
    ['__proto__', '{"email":"a@example.org","__proto__":{"roles":["boss"]}}'],
    ['no end', `{"name":"${'x'.repeat(70_000)}"}`],
  ])('has a line with %s, and goes on after it', async (_case, line) => {
    const read = await readAll(readUsersFromJsonLines([`${line}\n{"email":"eve@example.org"}`]));
    expect(read).toEqual([
      { line: 1, problem: 'row_malformed' },
      { line: 2, user: { email: 'eve@example.org' } },
    ]);
  });

  it('may call its fields otherwise and hold others', async () => {
    const text = '{"_id":1,"mail":"ada@example.org","email":"eve@example.org"}';
    const options = { fields: { email: 'mail' }, ignoresOtherFields: true };
    expect(await readAll(readUsersFromJsonLines([text], options))).toEqual([
      { line: 1, user: { email: 'ada@example.org' } },
    ]);
  });

  it('is not read on after bytes that are no UTF-8', async () => {
    const chunk = Buffer.from('{"email":"ada@example.org"}\n\xff', 'latin1');
    expect((await readAll(readUsersFromJsonLines([chunk]))).at(-1)).toMatchObject({
      problem: 'source_unreadable',
    });
  });

  it('hands on what the stream fails with', async () => {
    async function* broken() {
      yield '{"email":"ada@example.org"}\n';
      throw new Error('disk');
    }
    await expect(importUsers(bench.auth, readUsersFromJsonLines(broken()))).rejects.toThrow('disk');
  });
});

it('a foreign hash is good for a sign-in and replaced then', async () => {
  const secret = 'seven quiet herons wade';
  const { hash } = await import('@node-rs/bcrypt');
  const passwordHash = await hash(secret, { cost: 4 });
  await importUsers(bench.auth, [{ email: 'ada@example.org', passwordHash }]);
  const claim = { tenantId: '', email: 'ada@example.org', password: secret, origin };
  finishedSignIn(await bench.auth.signInWithPassword(claim));
  expect((await findByEmail('ada@example.org'))?.passwordHash).toMatch(/^\$argon2id\$/);
});
