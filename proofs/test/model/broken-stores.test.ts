import { memoryStores } from '@tessera-auth/core/stores';
import { createTestClock } from '@tessera-auth/core/testing';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { defects } from './defects.js';
import { invariants } from './invariants.js';
import { playTrace } from './play-trace.js';
import { anyTrace } from './trace.js';

vi.setConfig({ testTimeout: runsTimeoutMs });
const clock = createTestClock();
/** What stands between the requests and the stores, so that no store can break it. */
const ofTheCore = [9, 18];

describe('the traces find a store that', () => {
  it.each(defects)('$name, by invariant ($noticedBy)', async ({ noticedBy, open }) => {
    const checks = invariants.filter(({ number }) => number === noticedBy);
    const property = fc.asyncProperty(anyTrace, async (trace) => {
      const memory = noticedBy === 25 ? [{ name: 'memory', stores: memoryStores({ clock }) }] : [];
      const stages = [...memory, { name: 'broken', stores: open(clock) }];
      await playTrace(trace, { clock, stages, name: 'acme', checks });
    });
    const { failed, errorInstance } = await fc.check(property, { ...runs(120), endOnFailure: true });
    expect(failed).toBe(true);
    expect(String(errorInstance)).toContain(`(${noticedBy}) `);
  });
});

describe('each invariant', () => {
  it('is broken by some store', () => {
    const broken = new Set(defects.map(({ noticedBy }) => noticedBy));
    const unbroken = invariants.map(({ number }) => number).filter((number) => !broken.has(number));
    expect(unbroken).toEqual(ofTheCore);
  });
});
