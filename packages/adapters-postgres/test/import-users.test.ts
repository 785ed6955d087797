import { importUsers, readUsersFromCsv, type UserCursor, type UserPage } from '@tessera-auth/core';
import { afterAll, describe, expect, inject, it, vi } from 'vitest';
import { createPool, freshStores } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 120_000 });

const count = 1200;

/** A file, and what is wrong in it: one repeated row and one without an address. */
function* writeCsv(): Generator<string> {
  yield 'userId,email,name,emailVerified\n';
  for (let at = 0; at < count; at++) yield `their-${at},user${at}@example.org,"User ${at}, 🦉",t\n`;
  yield 'their-x,USER7@example.org,,\n';
  yield 'their-y,nobody,,\n';
}

describe('importing users', () => {
  const pool = createPool(inject('postgresUrl'));
  afterAll(() => pool.end());

  it('makes every account once, however many run it at the same moment and again', async () => {
    const stores = await freshStores(pool);
    const run = () =>
      importUsers(stores, readUsersFromCsv(writeCsv()), { tenantId: 'acme', concurrency: 20 });
    const reports = await Promise.all([run(), run()]);
    for (const { problems } of [...reports, await run()]) {
      expect(problems).toEqual([
        { line: count + 2, code: 'row_repeated' },
        { line: count + 3, code: 'email_invalid' },
      ]);
    }
    expect(await run()).toMatchObject({ created: 0, unchanged: count, refused: 2 });
    expect(await stores.users.find({ tenantId: 'acme', userId: 'their-42' })).toMatchObject({
      email: 'user42@example.org',
      name: 'User 42, 🦉',
      emailVerifiedAt: expect.any(Date),
    });
    let listed = 0;
    let after: UserCursor | null = null;
    do {
      const page: UserPage | undefined = await stores.users.list?.('acme', { limit: 100, after });
      listed += page?.users.length ?? 0;
      after = page?.next ?? null;
    } while (after !== null);
    expect(listed).toBe(count);
  });
});
