import type { PostgresStores } from '@tessera-auth/adapters-postgres';
import { sessionFixtures } from '@tessera-auth/core/testing';
import { createDatabase } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createPool, freshSchema, freshStores } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 180_000 });

const { ada, countKinds, createSession, ending, hardRotation, inParallel, listIds, newSession } =
  sessionFixtures;
const { presentation, raising, secretOf, sessionIdOf, sessionsOf } = sessionFixtures;

let pool: pg.Pool;
let stores: PostgresStores;
const schema = freshSchema();
beforeAll(async () => {
  pool = createPool(await createDatabase(inject('postgresUrl'), 'big_races'), { max: 32 });
  // By the database's own clock, and with a time limit that a busy machine does not reach.
  stores = await freshStores(pool, { schema, timeout: '2m' });
});
afterAll(() => pool.end());

/** One of many refreshes of one token; without a floor, so that the first need not wait for its turn. */
const refresh = (label: string, index: number) =>
  stores.sessions.rotate(
    presentation(label, 0, { next: secretOf(`${label} ${index}`), floorMs: 0, graceMs: 120_000 }),
  );

describe('refreshes beside each other', () => {
  it('rotate each of 200 sessions once under 32 parallel refreshes each, to one successor', async () => {
    await inParallel(200, (index) => createSession(stores.sessions, `r${index}`, { maxSessions: 1000 }));
    for (let start = 0; start < 200; start += 10) {
      const outcomes = await inParallel(10, (offset) =>
        inParallel(32, (index) => refresh(`r${start + offset}`, index)),
      );
      for (const ofOne of outcomes) {
        expect(countKinds(ofOne)).toEqual({ rotated: 1, grace: 31 });
        expect(new Set(sessionsOf(ofOne).map(({ secretHash }) => secretHash)).size).toBe(1);
        expect(sessionsOf(ofOne).every(({ generation }) => generation === 1)).toBe(true);
      }
    }
  });

  it('leave no survivor of 300 ends', async () => {
    const user = { ...ada, userId: 'survivors' };
    await inParallel(300, (index) =>
      createSession(stores.sessions, `e${index}`, {
        ...user,
        id: sessionIdOf(`e${index}`),
        maxSessions: 1000,
      }),
    );
    for (let start = 0; start < 300; start += 30) {
      await inParallel(30, (offset) => {
        const label = `e${start + offset}`;
        const end = { ...ending(label), ...user };
        // The end starts among the refreshes, each time in another place.
        return inParallel(8, async (index) => {
          await (index === offset % 8 ? stores.sessions.end(end) : refresh(label, index));
        });
      });
    }
    expect(await listIds(stores.sessions, user)).toEqual([]);
    const { rows } = await pool.query(
      `select count(*)::int as count from ${schema}.sessions where user_id = 'survivors' and ended_at is null`,
    );
    expect(rows).toEqual([{ count: 0 }]);
  });
});

describe('commands of all kinds beside each other', () => {
  it('never wait for each other in a circle', async () => {
    const { sessions, revocations, transactions } = stores;
    const labels = Array.from({ length: 6 }, (_, index) => `c${index}`);
    const user = { ...ada, userId: 'circle' };
    const until = new Date(Date.now() + 60_000);
    const entries = labels.map((label) => ({
      kind: 'session' as const,
      sessionId: sessionIdOf(label),
      until,
    }));
    const commands: readonly ((label: string, id: string) => Promise<unknown>)[] = [
      (label) => sessions.create(newSession(label, { ...user, id: sessionIdOf(label), maxSessions: 3 })),
      async (_, id) => {
        const expectedEpochs = await sessions.readEpochs(user);
        await sessions.create(newSession(id, { ...user, expectedEpochs, maxSessions: 3 }));
      },
      (label) => sessions.rotate(presentation(label, 0, { secret: 'forged' })),
      (label, id) => sessions.rotateHard({ ...hardRotation(label, id, true), ...user }),
      (label, id) => sessions.endOthers({ ...user, keepSessionId: sessionIdOf(label), ...raising(id) }),
      (label) => sessions.end({ ...ending(label), ...user }),
      (_, id) => sessions.endAll({ ...user, ...raising(id) }),
      () => revocations.add(entries),
      () => revocations.add([...entries].reverse()),
      (label, id) =>
        transactions.run(async (set) => {
          await set.sessions.endAll({ ...user, ...raising(`in ${id}`) });
          await set.sessions.end({ ...ending(label), ...user });
        }),
      () => revocations.deleteExpired(5),
      () => sessions.deleteExpired(5),
    ];
    await inParallel(600, async (index) => {
      const command = commands[index % commands.length];
      await command?.(labels[(index * 7) % labels.length] ?? '', `command ${index}`);
    });
    const { rows } = await pool.query(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    );
    expect(rows).toEqual([{ deadlocks: 0 }]);
  });
});
