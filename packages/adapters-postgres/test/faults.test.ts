import { type PostgresStores, postgresStores } from '@tessera-auth/adapters-postgres';
import type { Stores } from '@tessera-auth/core/stores';
import { createTestClock, sessionFixtures, type TestClock } from '@tessera-auth/core/testing';
import {
  type PostgresServer,
  startPostgres,
  startTcpProxy,
  type TcpProxy,
} from '@tessera-auth/test-services';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { createPool, freshSchema } from './support/fresh-stores.js';
import { openTransaction, untilBlocked } from './support/until-blocked.js';

vi.setConfig({ testTimeout: 120_000 });

const { ada, createSession, ending, hardRotation, listIds, newSession, presentation, raising, sessionIdOf } =
  sessionFixtures;
const phone = sessionIdOf('phone');
const unavailable = { code: 'store_unavailable', retryAfterSeconds: 1 };

let server: PostgresServer;
let proxy: TcpProxy;
let direct: pg.Pool;
beforeAll(async () => {
  // One of its own, to break.
  server = await startPostgres({ own: true });
  proxy = await startTcpProxy(server.port);
  direct = createPool(server.url);
});
afterAll(async () => {
  await direct.end();
  await proxy.close();
  await server.stop();
});

let pool: pg.Pool;
let stores: PostgresStores;
/** The same, for calls that shall be given up: what shall go well may take its time. */
let hasty: PostgresStores;
let schema: string;
let clock: TestClock;
beforeEach(async () => {
  clock = createTestClock();
  schema = freshSchema();
  pool = createPool(proxy.urlFor(server.url), { max: 4 });
  stores = postgresStores({ pool, schema, clock, timeout: '30s' });
  hasty = postgresStores({ pool, schema, clock, timeout: '400ms' });
  await postgresStores({ pool: direct, schema }).migrate();
  await createSession(stores.sessions, 'phone');
  clock.advance(sessionFixtures.windows.floorMs);
});
afterEach(async () => {
  proxy.resume();
  await pool.end();
});

const link = { id: 'link', purpose: 'password_reset', secretHash: 'hash' };

/** Every method that goes to the database. */
const calls: Readonly<Record<string, (stores: Stores) => Promise<unknown>>> = {
  readEpochs: ({ sessions }) => sessions.readEpochs(ada),
  create: ({ sessions }) => sessions.create(newSession('laptop')),
  find: ({ sessions }) => sessions.find(ada.tenantId, phone),
  list: ({ sessions }) => sessions.list(ada, { limit: 10, after: null }),
  rotate: ({ sessions }) => sessions.rotate(presentation('phone', 0)),
  rotateHard: ({ sessions }) => sessions.rotateHard(hardRotation('phone')),
  end: ({ sessions }) => sessions.end(ending('phone')),
  endOthers: ({ sessions }) => sessions.endOthers({ ...ada, keepSessionId: phone, ...raising('c') }),
  endAll: ({ sessions }) => sessions.endAll({ ...ada, ...raising('c') }),
  endTenant: ({ sessions }) => sessions.endTenant({ tenantId: 'acme', ...raising('c') }),
  'sessions.deleteExpired': ({ sessions }) => sessions.deleteExpired(10),
  add: ({ revocations }) => revocations.add([{ kind: 'token', jti: 'j', until: new Date(clock.now()) }]),
  isRevoked: async ({ revocations }) =>
    revocations.isRevoked({
      ...ada,
      jti: 'j',
      sessionId: phone,
      userEpoch: 0,
      tenantEpoch: 0,
      rolesVersion: 0,
    }),
  'revocations.deleteExpired': ({ revocations }) => revocations.deleteExpired(10),
  'users.create': ({ users }) =>
    users.create({
      ...ada,
      email: 'a@b',
      canonicalEmail: 'a@b',
      emailVerifiedAt: null,
      name: null,
      roles: [],
      passwordHash: null,
    }),
  'users.find': ({ users }) => users.find(ada),
  findByEmail: ({ users }) => users.findByEmail('acme', 'a@b'),
  update: ({ users }) =>
    users.update({ ...ada, expected: { passwordHash: null }, set: { passwordHash: 'h' } }),
  'update of an address': ({ users }) =>
    users.update({ ...ada, set: { email: 'c@d', canonicalEmail: 'c@d' } }),
  'users.list': async ({ users }) => users.list?.('acme', { limit: 10, after: null }),
  'users.delete': async ({ users }) => users.delete?.(ada),
  'log.read': async ({ revocations }) => revocations.log?.read(null),
  'oneTimeTokens.create': ({ oneTimeTokens }) =>
    oneTimeTokens.create({ ...ada, ...link, data: '', lifetimeMs: 1000, replacesOthers: true }),
  'oneTimeTokens.find': ({ oneTimeTokens }) => oneTimeTokens.find({ ...ada, ...link }),
  consume: ({ oneTimeTokens }) => oneTimeTokens.consume({ ...ada, ...link, commandId: 'c' }),
  voidAll: ({ oneTimeTokens }) => oneTimeTokens.voidAll(ada),
  'oneTimeTokens.deleteExpired': ({ oneTimeTokens }) => oneTimeTokens.deleteExpired(10),
  take: ({ rateLimits }) => rateLimits.take({ key: 'k', intervalUs: 1000, burst: 1, cost: 1 }),
  reset: ({ rateLimits }) => rateLimits.reset('k'),
  'rateLimits.deleteExpired': ({ rateLimits }) => rateLimits.deleteExpired(10),
  ping: ({ sessions }) => Promise.resolve(sessions.ping?.()),
  transaction: async ({ transactions }) => transactions?.run(async ({ users }) => users.find(ada)),
};

describe('while the database is away', () => {
  it.each(Object.keys(calls))('%s is store_unavailable, and works again afterwards', async (name) => {
    proxy.cut();
    const error = await calls[name]?.(stores).catch((reason: unknown) => reason);
    expect(error).toMatchObject(unavailable);
    // The words for a client are constant: neither address nor SQL can be in them.
    expect((error as Error).message).toBe('A store could not be reached; try again shortly.');
    proxy.resume();
    await expect(calls[name]?.(stores)).resolves.not.toThrow();
  });

  it('migrate and checkSchema say so too', async () => {
    proxy.cut();
    await expect(stores.migrate()).rejects.toMatchObject(unavailable);
    await expect(stores.checkSchema()).rejects.toMatchObject(unavailable);
  });
});

describe('while the database does not answer', () => {
  it.each(['find', 'rotate', 'create', 'log.read', 'take', 'transaction', 'ping'])(
    '%s is store_unavailable in time, and its connection is thrown away',
    async (name) => {
      await stores.ping();
      proxy.stall();
      await expect(calls[name]?.(hasty)).rejects.toMatchObject(unavailable);
      await vi.waitFor(() => expect(pool.totalCount).toBe(0), 10_000);
      proxy.resume();
      await calls[name]?.(stores);
      expect(pool.totalCount).toBe(1);
    },
  );

  it('a server that is frozen loses nothing when it thaws', async () => {
    await server.freeze();
    await expect(hasty.sessions.find(ada.tenantId, phone)).rejects.toMatchObject(unavailable);
    await server.thaw();
    expect(await stores.sessions.find(ada.tenantId, phone)).toMatchObject({ id: phone, generation: 0 });
  });

  it('the wait for a connection counts, and who comes too late gives it back', async () => {
    const holders = await Promise.all(Array.from({ length: 4 }, () => pool.connect()));
    await expect(hasty.ping()).rejects.toMatchObject(unavailable);
    for (const holder of holders) holder.release();
    await vi.waitFor(() => expect([pool.idleCount, pool.waitingCount]).toEqual([4, 0]), 10_000);
    await stores.ping();
  });

  it('what waited too long for a connection is not done later', async () => {
    const holders = await Promise.all(Array.from({ length: 4 }, () => pool.connect()));
    await expect(hasty.sessions.rotate(presentation('phone', 0))).rejects.toMatchObject(unavailable);
    for (const holder of holders) holder.release();
    await vi.waitFor(() => expect([pool.idleCount, pool.waitingCount]).toEqual([4, 0]), 10_000);
    expect(await stores.sessions.find(ada.tenantId, phone)).toMatchObject({ generation: 0 });
  });

  it("an app's Kysely is not waited for longer either", async () => {
    const kysely = new Kysely({ dialect: new PostgresDialect({ pool }) });
    const onKysely = postgresStores({ kysely, schema, timeout: '30s' });
    const hastyOnKysely = postgresStores({ kysely, schema, timeout: '400ms' });
    await onKysely.ping();
    proxy.stall();
    await expect(hastyOnKysely.sessions.find(ada.tenantId, phone)).rejects.toMatchObject(unavailable);
    proxy.resume();
    await onKysely.ping();
  });

  it('a statement that waits for a lock gives up, and its late effect is that of the command once', async () => {
    const holder = await openTransaction(direct, (client) =>
      client.query(`select from ${schema}.sessions where id = $1 for update`, [phone]),
    );
    await expect(hasty.sessions.rotate(presentation('phone', 0))).rejects.toMatchObject(unavailable);
    await holder.commit();
    const outcome = await stores.sessions.rotate(presentation('phone', 0));
    expect(outcome).toMatchObject({ kind: 'rotated', session: { generation: 1 } });
  });
});

describe('when the connection breaks', () => {
  it('as it begins, before anybody can listen, the process goes on', async () => {
    const fresh = createPool(server.url);
    fresh.on('connect', (client) => {
      // The pool has let go of the client then, and whoever awaits it has not got it yet.
      process.nextTick(() => client.emit('error', new Error('ended by the administrator')));
    });
    await postgresStores({ pool: fresh, schema }).ping();
    await fresh.end();
  });

  it('in the middle of a rotation, the same command sent again rotates once', async () => {
    const holder = await openTransaction(direct, (client) =>
      client.query(`select from ${schema}.sessions where id = $1 for update`, [phone]),
    );
    const rotation = stores.sessions.rotate(presentation('phone', 0)).catch((reason: unknown) => reason);
    await untilBlocked(direct);
    proxy.cut();
    expect(await rotation).toMatchObject(unavailable);
    proxy.resume();
    await holder.commit();
    expect(await stores.sessions.rotate(presentation('phone', 0))).toMatchObject({
      kind: 'rotated',
      session: { generation: 1 },
    });
  });

  it('in the middle of a transaction, all of it is undone', async () => {
    const work = stores.transactions.run(async ({ sessions }) => {
      await sessions.endAll({ ...ada, ...raising('c') });
      proxy.cut();
      await sessions.create(newSession('laptop'));
    });
    await expect(work).rejects.toMatchObject(unavailable);
    proxy.resume();
    expect(await stores.sessions.readEpochs(ada)).toEqual({ userEpoch: 0, tenantEpoch: 0 });
    expect(await listIds(stores.sessions)).toEqual([phone]);
  });

  it('between two statements of a transaction, the process lives and the transaction fails', async () => {
    const isOver = new Promise<void>((resolve) => {
      pool.once('acquire', (client) => client.once('end', resolve));
    });
    const work = stores.transactions.run(async ({ sessions }) => {
      const { rows } = await direct.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'`,
      );
      expect(rows.length).toBe(1);
      await isOver;
      await sessions.find(ada.tenantId, phone);
    });
    await expect(work).rejects.toMatchObject(unavailable);
    expect(await stores.sessions.find(ada.tenantId, phone)).toMatchObject({ id: phone });
    expect(pool.totalCount).toBe(1);
  });

  it('and the server was killed, the same pool goes on after the restart with nothing lost', async () => {
    const rotated = await stores.sessions.rotate(presentation('phone', 0));
    const page = await stores.revocations.log?.read(null);
    const cursor = page?.kind === 'page' ? page.cursor : '';
    await stores.sessions.endTenant({ tenantId: 'elsewhere', ...raising('c') });
    await server.kill();
    await expect(stores.sessions.find(ada.tenantId, phone)).rejects.toMatchObject(unavailable);
    await server.restart();
    expect(await stores.sessions.rotate(presentation('phone', 0))).toEqual(rotated);
    expect(await stores.revocations.log?.read(cursor)).toEqual({ kind: 'lost' });
    expect((await stores.sessions.readEpochs({ tenantId: 'elsewhere', userId: 'x' })).tenantEpoch).toBe(1);
  });

  it('and a backend crashed, the log does not skip who got a transaction id for the second time', async () => {
    const isolated = createPool(server.url, { max: 2 });
    const { revocations } = postgresStores({ pool: isolated, schema, timeout: '1m' });
    const [victim, witness] = [await isolated.connect(), await isolated.connect()];
    for (const client of [victim, witness]) client.on('error', () => {});
    const isOver = new Promise<void>((resolve) => {
      witness.on('end', () => resolve());
    });
    const spend = (count: number) =>
      `do $$ begin for i in 1..${count} loop perform pg_current_xact_id(); rollback; end loop; end $$`;
    await victim.query('checkpoint');
    const { rows } = await victim.query('select pg_backend_pid() as pid');
    // Ids of transactions that were undone, of which nothing was flushed: they are given out again after the crash.
    await victim.query(spend(500));
    witness.release();
    const page = await revocations.log?.read(null);
    if (page?.kind !== 'page') throw new Error('the log has no beginning');
    process.kill(rows[0].pid, 'SIGKILL');
    victim.release(new Error('it crashed'));
    await isOver;

    const added = { kind: 'token', jti: 'after the crash', until: new Date(Date.now() + 3_600_000) } as const;
    await vi.waitFor(() => revocations.add([added]), 60_000);
    const isTakenAgain = 'select pg_snapshot_xmax(pg_current_snapshot()) <= pg_snapshot_xmax($1) as "isSo"';
    const { rows: proof } = await isolated.query(isTakenAgain, [JSON.parse(page.cursor)[1]]);
    expect(proof).toEqual([{ isSo: true }]);
    await isolated.query(spend(600));
    expect(await revocations.log?.read(page.cursor)).toEqual({ kind: 'lost' });
    await isolated.end();
  });
});

it('a refused statement keeps its connection', async () => {
  const nowhere = postgresStores({ pool, schema: 'nowhere' });
  const { rows: before } = await pool.query('select pg_backend_pid() as pid');
  await expect(nowhere.ping()).resolves.toBeUndefined();
  await expect(nowhere.sessions.find('t', 's')).rejects.toMatchObject(unavailable);
  await expect(nowhere.sessions.create(newSession('laptop'))).rejects.toMatchObject(unavailable);
  const { rows: after } = await pool.query('select pg_backend_pid() as pid');
  expect(after).toEqual(before);
});

it('the shared server of the other tests is another one', () => {
  expect(new URL(inject('postgresUrl')).port).not.toBe(String(server.port));
});
