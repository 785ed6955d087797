import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Fleet, startFleet } from '../support/nodes/deployment.js';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { loseReplies } from './lose-replies.js';
import { stealTokens } from './steal-tokens.js';
import { report } from './tally.js';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(3);
});
afterEach(() => fleet.clear());
afterAll(() => fleet.end());

const pairs = runs(100).numRuns;
const tabUsers = runs(20).numRuns;
const clientsOfEach = runs(20).numRuns;
const rounds = 20;

describe.each(['postgres', 'redis'] as const)('thieves and victims on %s', (store) => {
  it(
    'are both locked out at the second use of a retired token, and nobody else is',
    async () => {
      const theft = await stealTokens(await fleet.deploy({ store, hasTestClock: true }), { pairs, tabUsers });
      report(`${store} thief and victim: ${pairs} pairs, ${tabUsers} users with 5 tabs`, { ...theft });
      expect(theft).toMatchObject({
        second: { refresh_token_reused: pairs, refresh_token_invalid: pairs },
        alarms: pairs,
        tabs: { done: tabUsers * 5 * 3 },
        tokensPerJarAndRound: { 1: tabUsers * 3 },
      });
      expect(Object.keys(theft.refreshTokensAfterwards)).toEqual(['refresh_token_invalid']);
      expect(Object.keys(theft.accessTokensAfterwards)).toEqual(['revoked']);
    },
    runsTimeoutMs,
  );
});

describe.each(['postgres', 'redis'] as const)('lost replies on %s', (store) => {
  it(
    'sign nobody out who asks again in time or keeps an attempt id',
    async () => {
      const deployment = await fleet.deploy({ store, hasTestClock: true });
      const replies = await loseReplies(deployment, { clientsOfEach, rounds });
      for (const [recovery, { signedOut, lost, outcomes }] of Object.entries(replies)) {
        const story = `${store} lost replies, ${recovery}: ${clientsOfEach} clients x ${rounds} refreshes`;
        report(story, { lost, 'signed out': signedOut, outcomes });
      }
      for (const recovery of ['within the grace', 'by attempt id'] as const) {
        expect(Object.keys(replies[recovery].outcomes)).toEqual(['done']);
        expect(replies[recovery].lost).toBeGreaterThan(0);
      }
    },
    runsTimeoutMs,
  );
});

// The defects are put before the stores, so one kind of store shows what the storms notice.
describe('the storms notice', { timeout: runsTimeoutMs }, () => {
  it('a grace that is too long', async () => {
    const deployment = await fleet.deploy({
      ...{ store: 'redis', hasTestClock: true, defect: 'has a grace of an hour' },
    });
    const { alarms, refreshTokensAfterwards } = await stealTokens(deployment, { pairs: 10, tabUsers: 0 });
    expect(alarms).toBe(0);
    expect(refreshTokensAfterwards.done ?? 0).toBeGreaterThan(0);
  });

  it('tabs that are signed out for each other', async () => {
    const deployment = await fleet.deploy({ store: 'redis', hasTestClock: true, defect: 'knows no grace' });
    const { tabs } = await stealTokens(deployment, { pairs: 0, tabUsers: 5 });
    expect(tabs.refresh_token_reused).toBe(5);
  });

  it.each([
    ['within the grace', 'knows no grace'],
    ['by attempt id', 'forgets attempt ids'],
  ] as const)('who is signed out in spite of asking again %s', async (recovery, defect) => {
    const deployment = await fleet.deploy({ store: 'redis', hasTestClock: true, defect });
    const replies = await loseReplies(deployment, { clientsOfEach: 10, rounds: 3 });
    expect(replies[recovery].signedOut).toBeGreaterThan(0);
  });
});
