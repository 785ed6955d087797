import fc from 'fast-check';
import { afterAll, describe, it, vi } from 'vitest';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { anyRounds, playAtOnce } from './at-once.js';
import { createStages } from './stages.js';

vi.setConfig({ testTimeout: runsTimeoutMs });
const stages = createStages();
const { clock } = stages;
afterAll(() => stages.end());

describe('requests that are under way at once', () => {
  // The seed repeats what is asked, and not who comes first: that the servers decide.
  it.each(['memory', 'postgres', 'redis'] as const)(
    'keep all invariants in whatever order %s serves them',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(anyRounds, (rounds) =>
          stages.on([name], async (opened, trace) => {
            for (const stage of opened) await playAtOnce(rounds, { stage, clock, name: trace });
          }),
        ),
        runs(80),
      );
    },
  );
});
