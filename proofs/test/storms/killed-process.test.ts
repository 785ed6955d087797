import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Fleet, startFleet } from '../support/nodes/deployment.js';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { killProcess } from './kill-process.js';
import { report } from './tally.js';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(3);
});
afterEach(() => fleet.clear());
afterAll(() => fleet.end());

const sessionCount = runs(200).numRuns;

describe.each(['postgres', 'redis'] as const)('a process killed in the middle of a storm on %s', (store) => {
  it(
    'leaves every session whole: rotated once, with one successor, and nobody signed out',
    async () => {
      const killed = await killProcess(await fleet.deploy({ store, hasTestClock: true }), sessionCount);
      report(`${store} SIGKILL: ${sessionCount} sessions x 2 processes, one of them killed`, { ...killed });
      expect(killed.unanswered).toBeGreaterThan(0);
      expect(killed).toMatchObject({
        others: { done: sessionCount },
        retries: { done: killed.unanswered },
        tokensPerSession: { 1: sessionCount },
        generations: { 1: sessionCount },
        reuse: 0,
      });
    },
    runsTimeoutMs,
  );

  it('notices a retry that is called theft', async () => {
    const deployment = await fleet.deploy({ store, hasTestClock: true, defect: 'knows no grace' });
    await expect(killProcess(deployment, 20)).rejects.toThrow('refresh_token_');
  });
});
