import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Fleet, startFleet } from '../support/nodes/deployment.js';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { killProcess } from './kill-process.js';
import { refreshAtOnce } from './refresh-at-once.js';
import { report } from './tally.js';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(3);
});
afterEach(() => fleet.clear());
afterAll(() => fleet.end());

const sessions = runs(100).numRuns;
const duplicates = 6;

describe.each(['postgres', 'redis'] as const)('a storm of refreshes on %s', (store) => {
  it(
    'rotates each session once and gives everybody the same token',
    async () => {
      const deployment = await fleet.deploy({ store, hasTestClock: true });
      const storm = await refreshAtOnce(deployment, { sessions, duplicates });
      const total = sessions * 3 * duplicates;
      report(`${store} refresh: ${sessions} sessions x 3 processes x ${duplicates} parallel`, {
        rotated: storm.rotated,
        'unchanged or grace': total - storm.rotated,
        reuse: storm.alarms,
        'signed out': total - (storm.outcomes.done ?? 0),
      });
      expect(storm).toEqual({
        outcomes: { done: total },
        rotated: sessions,
        alarms: 0,
        tokensPerSession: { 1: sessions },
        afterwards: { done: sessions },
        generations: { 1: sessions },
      });
    },
    runsTimeoutMs,
  );

  it(
    'leaves every session whole when a process is killed in the middle of it and started again',
    async () => {
      const killed = await killProcess(await fleet.deploy({ store, hasTestClock: true }), sessions);
      report(`${store} SIGKILL: ${sessions} sessions x 2 processes, one of them killed`, { ...killed });
      expect(killed.unanswered).toBeGreaterThan(0);
      expect(killed).toMatchObject({
        others: { done: sessions },
        retries: { done: killed.unanswered },
        tokensPerSession: { 1: sessions },
        generations: { 1: sessions },
        alarms: 0,
      });
    },
    runsTimeoutMs,
  );
});

// The defects are put before the stores, so one kind of store shows what the storms notice.
describe('the storms notice', { timeout: runsTimeoutMs }, () => {
  it('a rotation in two steps', async () => {
    const deployment = await fleet.deploy({
      ...{ store: 'redis', hasTestClock: true, defect: 'rotates in two steps' },
    });
    const storm = await refreshAtOnce(deployment, { sessions: 10, duplicates });
    expect(storm.rotated).toBeGreaterThan(10);
    expect(storm.tokensPerSession).not.toEqual({ 1: 10 });
  });

  it('a grace that is missing', async () => {
    const deployment = await fleet.deploy({ store: 'redis', hasTestClock: true, defect: 'knows no grace' });
    const storm = await refreshAtOnce(deployment, { sessions: 10, duplicates });
    expect(storm.alarms).toBe(10);
    expect(storm.afterwards).not.toHaveProperty('done');
  });

  it('a retry that is called theft', async () => {
    const deployment = await fleet.deploy({ store: 'redis', hasTestClock: true, defect: 'knows no grace' });
    await expect(killProcess(deployment, 20)).rejects.toThrow('refresh_token_');
  });
});
