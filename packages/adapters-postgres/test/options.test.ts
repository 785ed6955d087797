import { PGlite } from '@electric-sql/pglite';
import { type PostgresStoresOptions, postgresStores } from '@tessera-auth/adapters-postgres';
import { sessionFixtures } from '@tessera-auth/core/testing';
import { createDatabase } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createPool, freshSchema, freshStores } from './support/fresh-stores.js';

// PGlite starts slowly.
vi.setConfig({ testTimeout: 120_000 });

const { ada, createSession, listIds, sessionIdOf } = sessionFixtures;

let pool: pg.Pool;
let url: string;
beforeAll(async () => {
  url = await createDatabase(inject('postgresUrl'), 'options');
  pool = createPool(url);
});
afterAll(() => pool.end());

describe('postgresStores', () => {
  it.each([
    ['pool, kysely, pglite', {}],
    ['pool, kysely, pglite', { pool: {}, pglite: {} }],
    ['schema', { pool: {}, schema: 'a"b' }],
    ['schema', { pool: {}, schema: 'public; drop table users' }],
    ['schema', { pool: {}, schema: 'Tessera' }],
    ['schema', { pool: {}, schema: 'pg_catalog' }],
    ['schema', { pool: {}, schema: '' }],
    ['schema', { pool: {}, schema: 's'.repeat(64) }],
    ['tablePrefix', { pool: {}, tablePrefix: 'a.b' }],
    ['tablePrefix', { pool: {}, tablePrefix: '1' }],
    ['tablePrefix', { pool: {}, tablePrefix: 'p'.repeat(31) }],
    ['wakeUps', { kysely: { withoutPlugins: () => ({}) }, wakeUps: true }],
    ['wakeUps', { pool: {}, usesTransactionPooler: true, wakeUps: true }],
    ['timeout', { pool: {}, timeout: '99ms' }],
    ['timeout', { pool: {}, timeout: '11m' }],
    ['timeout', { pool: {}, timeout: 'soon' }],
  ])('refuses what is wrong with %s: %j', (option, options) => {
    const create = () => postgresStores(options as unknown as PostgresStoresOptions);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(new RegExp(`^${option}:`));
  });

  it('keeps its tables in the schema tessera, apart from tables of the same names', async () => {
    await pool.query('create table public.sessions (theirs text); create table public.users (theirs text)');
    const stores = postgresStores({ pool });
    await stores.migrate();
    await createSession(stores.sessions, 'phone');
    expect(await listIds(stores.sessions)).toEqual([sessionIdOf('phone')]);
    const { rows } = await pool.query('select count(*)::int as count from tessera.sessions');
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('shares a schema under two prefixes', async () => {
    const schema = freshSchema();
    const [one, two] = ['one_', 'two_'].map((tablePrefix) => postgresStores({ pool, schema, tablePrefix }));
    await Promise.all([one?.migrate(), two?.migrate()]);
    await createSession(one!.sessions, 'phone');
    expect(await two!.sessions.find(ada.tenantId, sessionIdOf('phone'))).toBeNull();
    expect([await one!.checkSchema(), await two!.checkSchema()]).toEqual([[], []]);
  });

  it("is not disturbed by the app's type parsers, time zone and date style", async () => {
    const parsers = { getTypeParser: () => () => 'parsed by the app' };
    const odd = createPool(url, {
      types: {
        getTypeParser: (oid: number) => (oid === 25 ? (text: string) => text : parsers.getTypeParser()),
      },
      options:
        '-c timezone=Asia/Kathmandu -c datestyle=German -c intervalstyle=sql_standard -c extra_float_digits=0',
    } as pg.PoolConfig);
    const stores = await freshStores(odd);
    const session = await createSession(stores.sessions, 'phone');
    expect(await stores.sessions.find(ada.tenantId, session.id)).toEqual(session);
    expect(session.absoluteExpiresAt.getTime() - session.createdAt.getTime()).toBe(
      sessionFixtures.lifetimes.absoluteLifetimeMs,
    );
    await odd.end();
  });

  it('prepares each statement once per connection, and none behind a transaction pooler', async () => {
    const one = createPool(url, { max: 1 });
    const prepared = async (options: Partial<PostgresStoresOptions>) => {
      const stores = await freshStores(one, options);
      for (let index = 0; index < 3; index++) await stores.sessions.find('t', `${index}`);
      const { rows } = await one.query('select name from pg_prepared_statements order by name');
      return rows.map(({ name }) => name as string);
    };
    expect(await prepared({ usesTransactionPooler: true })).toEqual([]);
    expect(await prepared({})).toEqual([expect.stringMatching(/^tessera_[0-9a-f]{24}$/)]);
    await one.end();
  });

  it('decides by the clock of the database unless it is given one', async () => {
    const stores = await freshStores(pool);
    const { rows } = await pool.query('select clock_timestamp() as now');
    const { createdAt } = await createSession(stores.sessions, 'phone');
    expect(Math.abs(createdAt.getTime() - rows[0].now.getTime())).toBeLessThan(60_000);
  });

  it("keeps the app's own statements on PGlite out of its transactions, and joins those of the app", async () => {
    const pglite = await PGlite.create();
    const stores = postgresStores({ pglite });
    await stores.migrate();
    await pglite.exec('create table notes (note text)');
    let note: Promise<unknown> | undefined;
    const work = stores.transactions.run(async ({ sessions }) => {
      note = pglite.query("insert into notes values ('of the app')");
      await createSession(sessions, 'phone');
      throw new Error('undone');
    });
    await expect(work).rejects.toThrow('undone');
    await note;
    expect((await pglite.query('select note from notes')).rows).toEqual([{ note: 'of the app' }]);
    expect(await listIds(stores.sessions)).toEqual([]);

    const joined = pglite.transaction(async (transaction) => {
      await createSession(stores.withTransaction(transaction).sessions, 'laptop');
      await transaction.rollback();
    });
    await joined;
    expect(await listIds(stores.sessions)).toEqual([]);
    await pglite.close();
  });

  it("leaves the app's connections to the app", async () => {
    const pglite = await PGlite.create();
    const stores = postgresStores({ pglite });
    await stores.migrate();
    await stores.ping();
    expect(pglite.closed).toBe(false);
    await pglite.close();
    await expect(stores.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(pool.ended).toBe(false);
  });
});

describe('what Postgres cannot store', () => {
  it('is refused as misuse where it would be an id, without being quoted', async () => {
    const { sessions, users, revocations, oneTimeTokens, rateLimits } = await freshStores(pool);
    const hostile = 'secret\0';
    const link = { purpose: 'p', secretHash: 'h', data: '', lifetimeMs: 1, replacesOthers: false };
    const attempts = [
      () => sessions.create(sessionFixtures.newSession('phone', { userId: hostile })),
      () => sessions.endAll({ ...ada, tenantId: hostile, ...sessionFixtures.raising('c') }),
      () => sessions.endTenant({ tenantId: '\ud800', ...sessionFixtures.raising('c') }),
      () => revocations.add([{ kind: 'token', jti: hostile, until: new Date() }]),
      () => oneTimeTokens.create({ ...ada, ...link, id: hostile }),
      () => rateLimits.take({ key: hostile, intervalUs: 1, burst: 1, cost: 1 }),
      () =>
        users.create({
          ...ada,
          email: 'a@b.c',
          canonicalEmail: hostile,
          emailVerifiedAt: null,
          name: null,
          roles: [],
          passwordHash: null,
        }),
    ];
    for (const attempt of attempts) {
      const error = await attempt().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).not.toContain('secret');
    }
  });

  it('is replaced where it is only shown', async () => {
    const { sessions } = await freshStores(pool);
    const shown = { userAgent: 'a\0b', device: '\ud800', amr: ['x\0'], ip: '\udfff' };
    const session = await createSession(sessions, 'phone', shown);
    expect(session).toMatchObject({
      userAgent: 'a\ufffdb',
      device: '\ufffd',
      amr: ['x\ufffd'],
      ip: '\ufffd',
    });
  });
});
