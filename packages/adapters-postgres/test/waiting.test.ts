import type { PostgresStores } from '@tessera-auth/adapters-postgres';
import { createTestClock, sessionFixtures, type TestClock } from '@tessera-auth/core/testing';
import { createDatabase } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createPool, freshSchema, freshStores } from './support/fresh-stores.js';
import { openTransaction, untilBlocked } from './support/until-blocked.js';

const { ada, createSession, ending, hardRotation, listIds, newSession, presentation, raising, secretOf } =
  sessionFixtures;
const retry = presentation('phone', 0, { next: secretOf('another candidate') });

let pool: pg.Pool;
let stores: PostgresStores;
let clock: TestClock;
let schema: string;
beforeAll(async () => {
  pool = createPool(await createDatabase(inject('postgresUrl'), 'waiting'));
});
afterAll(() => pool.end());
beforeEach(async () => {
  clock = createTestClock();
  schema = freshSchema();
  stores = await freshStores(pool, { clock, schema });
  await createSession(stores.sessions, 'phone');
  clock.advance(sessionFixtures.windows.floorMs);
});

/** Everything here waits for a lock first; what it then decides by is what the holder of the lock left. */
describe('a statement that waited for a lock', () => {
  it('judges a refresh by the rotation before it: grace', async () => {
    const first = await openTransaction(pool, (client) =>
      stores.withTransaction(client).sessions.rotate(presentation('phone', 0)),
    );
    expect(first.result.kind).toBe('rotated');
    const second = stores.sessions.rotate(retry);
    await untilBlocked(pool);
    await first.commit();
    expect(await second).toEqual({ ...first.result, kind: 'grace' });
  });

  it('dates a refresh from the end of the wait, so that the next one has its whole grace', async () => {
    const byDatabase = await freshStores(pool);
    await createSession(byDatabase.sessions, 'phone');
    const holder = await openTransaction(pool, (client) =>
      byDatabase.withTransaction(client).sessions.rotate(presentation('phone', 0, { floorMs: 60_000 })),
    );
    expect(holder.result.kind).toBe('unchanged');
    const refresh = byDatabase.sessions.rotate(presentation('phone', 0, { floorMs: 0 }));
    await untilBlocked(pool);
    const { rows } = await pool.query<{ at: Date }>(
      "select date_trunc('milliseconds', clock_timestamp()) as at",
    );
    await holder.commit();
    const outcome = await refresh;
    expect(outcome).toMatchObject({ kind: 'rotated', session: { generation: 1 } });
    const rotatedAt = outcome.kind === 'rotated' ? outcome.session.rotatedAt : null;
    expect(rotatedAt?.getTime()).toBeGreaterThanOrEqual(rows[0]?.at.getTime() ?? Number.NaN);
  });

  it('judges a refresh by the end before it: invalid', async () => {
    const first = await openTransaction(pool, (client) =>
      stores.withTransaction(client).sessions.end(ending('phone')),
    );
    const second = stores.sessions.rotate(retry);
    await untilBlocked(pool);
    await first.commit();
    expect(await second).toEqual({ kind: 'invalid' });
  });

  it('ends what was rotated meanwhile', async () => {
    const first = await openTransaction(pool, (client) =>
      stores.withTransaction(client).sessions.rotate(presentation('phone', 0)),
    );
    const second = stores.sessions.end(ending('phone'));
    await untilBlocked(pool);
    await first.commit();
    expect(await second).toMatchObject({
      session: { generation: 1, endReason: 'signed_out' },
      wasLive: true,
    });
  });

  it('does not lift a session over an epoch that rose meanwhile', async () => {
    const first = await openTransaction(pool, (client) =>
      stores.withTransaction(client).sessions.endAll({ ...ada, ...raising('all') }),
    );
    const hard = stores.sessions.rotateHard(hardRotation('phone', 'hard', true));
    const others = stores.sessions.endOthers({
      ...ada,
      keepSessionId: retry.sessionId,
      ...raising('others'),
    });
    await untilBlocked(pool, 2);
    await first.commit();
    expect([await hard, await others]).toEqual([null, null]);
    expect(await stores.sessions.readEpochs(ada)).toEqual({ userEpoch: 1, tenantEpoch: 0 });
  });

  it('counts the session that was created meanwhile', async () => {
    const create = (label: string) => newSession(label, { maxSessions: 2 });
    const first = await openTransaction(pool, (client) =>
      stores.withTransaction(client).sessions.create(create('laptop')),
    );
    const second = stores.sessions.create(create('tablet'));
    await untilBlocked(pool);
    await first.commit();
    expect(await second).toMatchObject({ kind: 'created', endedSessionIds: [retry.sessionId] });
    expect(await listIds(stores.sessions)).toHaveLength(2);
  });

  it('counts a session that a refresh saved from its idle end meanwhile', async () => {
    clock.advance(sessionFixtures.lifetimes.idleLifetimeMs - sessionFixtures.windows.floorMs - 1);
    const refresh = await openTransaction(pool, (client) =>
      stores.withTransaction(client).sessions.rotate(presentation('phone', 0)),
    );
    expect(refresh.result.kind).toBe('rotated');
    clock.advance(1);
    const second = stores.sessions.create(newSession('laptop', { maxSessions: 1 }));
    await untilBlocked(pool);
    await refresh.commit();
    expect(await second).toMatchObject({ kind: 'created', endedSessionIds: [retry.sessionId] });
  });

  it('refuses the sign-in that an endAll overtook', async () => {
    const first = await openTransaction(pool, (client) =>
      stores.withTransaction(client).sessions.endAll({ ...ada, ...raising('all') }),
    );
    const second = stores.sessions.create(newSession('laptop'));
    await untilBlocked(pool);
    await first.commit();
    expect(await second).toEqual({ kind: 'epoch_moved' });
  });

  it('may answer a refresh as of before an endAll, with tokens that are dead', async () => {
    const holder = await openTransaction(pool, (client) =>
      client.query(`select from ${schema}.sessions where id = $1 for update`, [retry.sessionId]),
    );
    const refresh = stores.sessions.rotate(presentation('phone', 0));
    await untilBlocked(pool);
    await stores.sessions.endAll({ ...ada, ...raising('all') });
    await holder.commit();
    expect(await refresh).toMatchObject({ kind: 'rotated', session: { userEpoch: 0 } });

    clock.advance(sessionFixtures.windows.floorMs);
    expect(await stores.sessions.rotate(presentation('phone', 1))).toEqual({ kind: 'invalid' });
    expect(await listIds(stores.sessions)).toEqual([]);
    const accessToken = {
      ...ada,
      jti: 'j',
      sessionId: retry.sessionId,
      userEpoch: 0,
      tenantEpoch: 0,
      rolesVersion: 0,
    };
    expect(await stores.revocations.isRevoked(accessToken)).toBe(true);
  });
});
