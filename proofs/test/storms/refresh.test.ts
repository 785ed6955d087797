import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, type Fleet, startFleet } from '../support/nodes/deployment.js';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { type Counts, report, tally, tallyOutcomes } from './tally.js';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(3);
});
afterEach(() => fleet.clear());
afterAll(() => fleet.end());

const sessionCount = runs(100).numRuns;
const duplicates = 8;
const pastFloorMs = 13_000;

/** What a storm of duplicates came to. */
interface Storm {
  readonly outcomes: Counts;
  /** Rotations that were told of. */
  readonly rotated: number;
  readonly reuse: number;
  /** Sessions by how many different refresh tokens they answered with; and by their generation. */
  readonly tokensPerSession: Counts;
  readonly generations: Counts;
  /** What the successors get when they are presented afterwards. */
  readonly afterwards: Counts;
}

/** Every process presents every token several times at once. */
async function refreshAtOnce(deployment: Deployment, count: number): Promise<Storm> {
  const held = await deployment.register(count);
  await deployment.passTime(pastFloorMs);
  const presented = held.flatMap(({ user: { tenantId }, refreshToken }) =>
    Array.from({ length: duplicates }, () => ({ tenantId, refreshToken })),
  );
  const answers = (await Promise.all(deployment.nodes.map((node) => node.refresh(presented)))).flat();

  const tokens = new Map<string, Set<string>>(held.map(({ sessionId }) => [sessionId, new Set()]));
  for (const { held: got } of answers) if (got) tokens.get(got.sessionId)?.add(got.refreshToken);
  const successors = [...tokens.values()].flatMap((answered) => [...answered]);
  const again = await deployment
    .nodeAt(1)
    .refresh(successors.map((refreshToken) => ({ tenantId: 'acme', refreshToken })));
  return {
    outcomes: tallyOutcomes(answers),
    rotated: await deployment.countEvents('session_renewed'),
    reuse: await deployment.countEvents('authn_token_reuse'),
    tokensPerSession: tally([...tokens.values()].map(({ size }) => `${size}`)),
    generations: tally(again.map((one) => `${one.held?.generation}`)),
    afterwards: tallyOutcomes(again),
  };
}

describe.each(['postgres', 'redis'] as const)('a storm of refreshes on %s', (store) => {
  it(
    'rotates each session once and gives everybody the same token',
    async () => {
      const deployment = await fleet.deploy({ store, hasTestClock: true });
      const startedAtMs = performance.now();
      const storm = await refreshAtOnce(deployment, sessionCount);
      const total = sessionCount * deployment.nodes.length * duplicates;
      report(`${store} refresh: ${sessionCount} sessions x 3 processes x ${duplicates} parallel`, {
        rotated: storm.rotated,
        'unchanged or grace': total - storm.rotated,
        reuse: storm.reuse,
        'signed out': total - (storm.outcomes.done ?? 0),
        ms: Math.round(performance.now() - startedAtMs),
      });
      expect(storm).toEqual({
        outcomes: { done: total },
        rotated: sessionCount,
        reuse: 0,
        tokensPerSession: { 1: sessionCount },
        generations: { 1: sessionCount },
        afterwards: { done: sessionCount },
      });
    },
    runsTimeoutMs,
  );

  it('notices a rotation in two steps', async () => {
    const storm = await refreshAtOnce(
      await fleet.deploy({ store, hasTestClock: true, defect: 'rotates in two steps' }),
      10,
    );
    expect(storm.rotated).toBeGreaterThan(10);
    expect(storm.tokensPerSession).not.toEqual({ 1: 10 });
  });

  it('notices a grace that is missing', async () => {
    const storm = await refreshAtOnce(
      await fleet.deploy({ store, hasTestClock: true, defect: 'knows no grace' }),
      10,
    );
    expect(storm.reuse).toBe(10);
    expect(storm.afterwards.done ?? 0).toBe(0);
  });
});
