import { createTestClock } from '@tessera-auth/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tally } from '../storms/tally.js';
import { type CountedStores, openPostgres, openRedis } from './counted-stores.js';
import { accessTokenMs, createRefresh, forEachIn, userAt } from './sessions.js';

const day = 86_400_000;
const clock = createTestClock();

/** On an idle machine all of it takes ten seconds. */
const busyMachineMs = 300_000;

describe.each([
  { name: 'postgres', open: openPostgres },
  { name: 'redis', open: openRedis },
])('very many sessions on $name', { timeout: busyMachineMs }, ({ open }) => {
  let stores: CountedStores;
  beforeEach(async () => {
    stores = await open(clock);
  });
  afterEach(() => stores.close());

  it('10,000 sessions of a user end in exactly one step, and none of them is ever refreshed again', async () => {
    const { sessions } = stores;
    const held = await stores.fill(10_000, { users: 1, absoluteLifetimeMs: 90 * day });
    expect(await refreshAll(stores, held.slice(0, 100))).toEqual({ rotated: 100 });
    // Redis must know the script.
    await sessions.endAll({ ...userAt(1), commandId: 'c0', accessTokenMs });
    const before = stores.sent();
    await sessions.endAll({ ...userAt(0), commandId: 'c1', accessTokenMs });
    expect(stores.sent() - before).toBe(1);
    expect(await refreshAll(stores, held)).toEqual({ invalid: 10_000 });
    expect(await sessions.list(userAt(0), { limit: 20, after: null })).toEqual({ sessions: [], next: null });
  });

  it('20,000 expired sessions are deleted beside refreshes of others, which all get what they should', async () => {
    const { sessions } = stores;
    await stores.fill(20_000, { users: 2000, absoluteLifetimeMs: day });
    const held = await stores.fill(200, { users: 2000, absoluteLifetimeMs: 90 * day });
    clock.advance(2 * day);

    let isOver = false;
    const outcomes: string[] = [];
    const refreshing = forEachIn(held, async (first) => {
      let secretHash = first.secretHash;
      for (let generation = 0; generation < 3 || !isOver; generation++) {
        const outcome = await sessions.rotate(createRefresh({ ...first, secretHash }, generation));
        outcomes.push(outcome.kind);
        if (outcome.kind !== 'rotated') return;
        secretHash = outcome.session.secretHash;
      }
    });
    const batches: number[] = [];
    do batches.push(await sessions.deleteExpired(5000));
    while (batches.at(-1) === 5000);
    isOver = true;
    await refreshing;

    expect(batches).toEqual([5000, 5000, 5000, 5000, 0]);
    expect(tally(outcomes)).toEqual({ rotated: outcomes.length });
    expect(outcomes.length).toBeGreaterThanOrEqual(600);
  });
});

async function refreshAll(
  { sessions }: CountedStores,
  held: Awaited<ReturnType<CountedStores['fill']>>,
): Promise<Readonly<Record<string, number>>> {
  const outcomes: string[] = [];
  await forEachIn(held, async (session) => {
    outcomes.push((await sessions.rotate(createRefresh(session))).kind);
  });
  return tally(outcomes);
}
