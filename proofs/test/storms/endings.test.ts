import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Fleet, startFleet } from '../support/nodes/deployment.js';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { endWhileRefreshing } from './end-while-refreshing.js';
import { fillSessions } from './fill-sessions.js';
import { signInWhileEnding } from './sign-in-while-ending.js';
import { report } from './tally.js';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(3);
});
afterEach(() => fleet.clear());
afterAll(() => fleet.end());

const raceCount = 5 * runs(30).numRuns;
const userCount = runs(50).numRuns;
const capUsers = runs(5).numRuns;
const signIns = 15;
const maxSessions = 10;

describe.each(['postgres', 'redis'] as const)('ends against refreshes on %s', (store) => {
  it(
    'leaves nothing alive that has ended, and ends nothing else',
    async () => {
      const aftermath = await endWhileRefreshing(
        await fleet.deploy({ store, hasTestClock: true }),
        raceCount,
      );
      report(`${store} end against refresh: ${raceCount} races`, { ...aftermath });
      const { endings, deadRefreshTokens, deadAccessTokens, liveRefreshTokens, liveAccessTokens } = aftermath;
      expect(endings).toEqual({ done: raceCount });
      // Ended is not stolen; and what a password change has voided may still be on its way.
      expect(Object.keys(deadRefreshTokens).toSorted()).toEqual([
        'refresh_token_invalid',
        'refresh_token_superseded',
      ]);
      expect(Object.keys(deadAccessTokens)).toEqual(['revoked']);
      // Those who asked, but in the fifth of the races that ended everything.
      expect(liveRefreshTokens).toEqual({ done: (raceCount / 5) * 4 });
      expect(Object.keys(liveAccessTokens)).toEqual(['accepted']);
    },
    runsTimeoutMs,
  );
});

describe.each(['postgres', 'redis'] as const)('sign-ins around the end of all sessions on %s', (store) => {
  it(
    'have no use if they had begun before, and are not harmed if they began after',
    async () => {
      const outcome = await signInWhileEnding(await fleet.deploy({ store }), userCount);
      report(`${store} sign-in against end: ${userCount} users x 2 begun sign-ins`, { ...outcome });
      expect(outcome).toMatchObject({
        endings: { done: userCount },
        finishedAfter: { overtaken: userCount },
        begunAfter: { done: userCount },
        begunAfterRefreshTokens: { done: userCount },
        begunAfterAccessTokens: { accepted: userCount * 3 },
      });
      expect(outcome.begunBeforeAfterwards).not.toHaveProperty('done');
    },
    runsTimeoutMs,
  );
});

describe.each(['postgres', 'redis'] as const)('more sign-ins than sessions on %s', (store) => {
  it(
    'never make more sessions than allowed, and whoever made room is dead everywhere',
    async () => {
      const deployment = await fleet.deploy({ store, sessions: { maxSessions } });
      const filled = await fillSessions(deployment, { users: capUsers, signIns });
      report(`${store} session cap: ${capUsers} users x 3 processes x ${signIns} parallel sign-ins, cap 10`, {
        ...filled,
      });
      const { looks, ...counts } = filled;
      const started = capUsers * (3 * signIns + 1);
      const kept = capUsers * maxSessions;
      expect(looks).toBeGreaterThan(1);
      expect(counts).toEqual({
        started,
        longest: maxSessions,
        listed: { [maxSessions]: capUsers },
        listedRefreshTokens: { done: kept },
        listedAccessTokens: { accepted: kept * 3 },
        evictedRefreshTokens: { refresh_token_invalid: started - kept },
        evictedAccessTokens: { revoked: (started - kept) * 3 },
      });
    },
    runsTimeoutMs,
  );
});

// The defects are put before the stores, so one kind of store shows what the storms notice.
describe('the storms notice', { timeout: runsTimeoutMs }, () => {
  it('an end that ends nothing', async () => {
    const deployment = await fleet.deploy({ store: 'redis', hasTestClock: true, defect: 'ends nothing' });
    const { deadRefreshTokens } = await endWhileRefreshing(deployment, 10);
    expect(deadRefreshTokens.done ?? 0).toBeGreaterThanOrEqual(4);
  });

  it('nodes that hear nothing of each other', async () => {
    const deployment = await fleet.deploy({ store: 'redis', hasTestClock: true, defect: 'hears nothing' });
    const { deadAccessTokens } = await endWhileRefreshing(deployment, 10);
    expect(deadAccessTokens.accepted ?? 0).toBeGreaterThanOrEqual(20);
  });

  it('epochs that are read too late', async () => {
    const deployment = await fleet.deploy({ store: 'redis', defect: 'reads epochs late' });
    const { begunBeforeAfterwards } = await signInWhileEnding(deployment, 10);
    expect(begunBeforeAfterwards.done ?? 0).toBeGreaterThanOrEqual(10);
  });

  it('a session too many', async () => {
    const deployment = await fleet.deploy({
      ...{ store: 'redis', sessions: { maxSessions }, defect: 'counts one session less' },
    });
    const { longest } = await fillSessions(deployment, { users: 2, signIns: 5 });
    expect(longest).toBe(maxSessions + 1);
  });
});
