import { createTestClock } from '@tessera-auth/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defects } from './defects.js';
import { playTrace } from './play-trace.js';
import { anyTrace, type Trace } from './trace.js';

const clock = createTestClock();
const [defect] = defects;
const property = fc.asyncProperty(anyTrace, async (trace) => {
  await playTrace(trace, { clock, stages: [{ name: 'broken', stores: defect!.open(clock) }], name: 'acme' });
});

describe('a failure', () => {
  it('is printed with its seed, its path, the shortest trace and the invariant that broke', async () => {
    const message = await fc.assert(property).catch((error: Error) => `${error.message}\n${error.cause}`);
    expect(message).toMatch(/seed: -?\d+, path: "[\d:]+"/);
    expect(message).toContain('Counterexample: [{"policy":');
    expect(message).toMatch(/\(\d+\) .+: broken, step \d+, \{"kind":/);
  });

  it('is repeated by its seed and path, at once and to the same trace', async () => {
    const found = await fc.check(property, { seed: 20_260_101 });
    const again = await fc.check(property, { seed: found.seed, path: found.counterexamplePath ?? '' });
    expect(found.failed).toBe(true);
    expect([again.numRuns, again.numShrinks]).toEqual([1, 0]);
    expect(again.counterexample).toEqual(found.counterexample);
  });

  it('is repeated by TEST_SEED, which every property starts from', () => {
    const { seed } = fc.readConfigureGlobal();
    expect(seed).toBe(Number(process.env.TEST_SEED || 20_260_101));
    const sample = (): readonly Trace[] => fc.sample(anyTrace, { seed: seed ?? 0, numRuns: 5 });
    expect(sample()).toEqual(sample());
  });
});
