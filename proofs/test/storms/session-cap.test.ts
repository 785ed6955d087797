import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Fleet, startFleet } from '../support/nodes/deployment.js';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { fillSessions } from './fill-sessions.js';
import { report } from './tally.js';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(3);
});
afterEach(() => fleet.clear());
afterAll(() => fleet.end());

const users = runs(5).numRuns;
const signIns = 15;
const maxSessions = 10;

describe.each(['postgres', 'redis'] as const)('more sign-ins than sessions on %s', (store) => {
  it(
    'never make more sessions than allowed, and whoever made room is dead everywhere',
    async () => {
      const deployment = await fleet.deploy({ store, sessions: { maxSessions } });
      const filled = await fillSessions(deployment, { users, signIns });
      report(`${store} session cap: ${users} users x 3 processes x ${signIns} parallel sign-ins, cap 10`, {
        ...filled,
      });
      const { looks, ...counts } = filled;
      const started = users * (3 * signIns + 1);
      const kept = users * maxSessions;
      expect(looks).toBeGreaterThan(1);
      expect(counts).toEqual({
        started,
        longest: maxSessions,
        listed: { [maxSessions]: users },
        listedRefreshTokens: { done: kept },
        listedAccessTokens: { accepted: kept * 3 },
        evictedRefreshTokens: { refresh_token_invalid: started - kept },
        evictedAccessTokens: { revoked: (started - kept) * 3 },
      });
    },
    runsTimeoutMs,
  );

  it('notices a session too many', async () => {
    const deployment = await fleet.deploy({
      ...{ store, sessions: { maxSessions }, defect: 'counts one session less' },
    });
    const { longest } = await fillSessions(deployment, { users: 2, signIns: 5 });
    expect(longest).toBe(maxSessions + 1);
  });
});
