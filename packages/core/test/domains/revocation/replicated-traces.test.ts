import { isAuthError } from '@tessera-auth/core';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  createSharedStore,
  type NodeBench,
  sessionRevocation,
  startNode,
  subjectOf,
} from './revocation-bench.js';

const boundMs = 1_000;
const sessions = ['a', 'b', 'c', 'd', 'e', 'f'];

const node = fc.integer({ min: 0, max: 2 });
const session = fc.constantFrom(...sessions);
const trouble = fc.constantFrom('none' as const, 'away' as const, 'silent' as const);

const act = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('revoke' as const), session }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('check' as const), node, session }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 1_500 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('trouble' as const), node, log: trouble, direct: trouble }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hear' as const), node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), node }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('step' as const), ms: fc.integer({ min: -5_000, max: 5_000 }) }),
  },
);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/**
 * Invariants 12, 17, 18 and 19: whatever the network and the clocks do, a node that says "no" does not miss a revocation that
 * is older than the bound, one that says "yes" is right, and one that cannot know says so.
 */
it('no node misses a revocation for longer than the bound, through outages, losses and clock steps', async () => {
  const seen = { fresh: 0, asked: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60 }), async (acts) => {
      const shared = createSharedStore();
      const nodes = [startNode(shared), startNode(shared), startNode(shared)];
      const revokedAtMs = new Map<string, number>();

      const check = async ({ revocations }: NodeBench, name: string): Promise<void> => {
        const askedAtMs = performance.now();
        const answer = revocations.isRevoked(subjectOf(name));
        const isFresh = typeof answer === 'boolean';
        if (isFresh) seen.fresh++;
        try {
          const isRevoked = await answer;
          if (!isFresh) seen.asked++;
          const since = revokedAtMs.get(name);
          if (isRevoked) expect(since).toBeDefined();
          else expect(since ?? Number.POSITIVE_INFINITY).toBeGreaterThan(askedAtMs - boundMs);
        } catch (error) {
          if (!isAuthError(error)) throw error;
          seen.refused++;
          expect(error.code).toBe('store_unavailable');
        }
      };

      const checks: Promise<void>[] = [];
      for (const step of acts) {
        const at = 'node' in step ? (nodes[step.node] as NodeBench) : undefined;
        if (step.kind === 'revoke' && !revokedAtMs.has(step.session)) {
          await shared.add([sessionRevocation(step.session)]);
          revokedAtMs.set(step.session, performance.now());
        }
        if (step.kind === 'check' && at !== undefined) checks.push(check(at, step.session));
        if (step.kind === 'wait') await vi.advanceTimersByTimeAsync(step.ms);
        if (step.kind === 'trouble') at?.setTrouble({ log: step.log, direct: step.direct });
        if (step.kind === 'hear') at?.hear();
        if (step.kind === 'lose') at?.loseLog();
        if (step.kind === 'step') vi.setSystemTime(Date.now() + step.ms);
      }

      for (const each of nodes) each.setTrouble({ log: 'none', direct: 'none' });
      for (const each of nodes) each.hear();
      await vi.advanceTimersByTimeAsync(10 * boundMs);
      await Promise.all(checks);
      // Once all is well again, every node knows everything.
      for (const each of nodes) {
        await each.revocations.start();
        for (const name of sessions) {
          expect(await each.revocations.isRevoked(subjectOf(name))).toBe(revokedAtMs.has(name));
        }
        await each.revocations.close();
      }
    }),
    { numRuns: 150 },
  );
  // A property that never came to its point would prove nothing.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
});
