import fc from 'fast-check';
import { afterAll, describe, it, vi } from 'vitest';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { playTrace } from './play-trace.js';
import { createStages } from './stages.js';
import { anyTrace } from './trace.js';
import { runTwice } from './twice.js';

vi.setConfig({ testTimeout: runsTimeoutMs });
const stages = createStages();
const { clock } = stages;
afterAll(() => stages.end());

describe('whatever happens', () => {
  it('every invariant holds after every step, and memory, Postgres and Redis are alike (25)', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrace, (trace) =>
        stages.on(['memory', 'postgres', 'redis'], (on, name) =>
          playTrace(trace, { clock, stages: on, name }),
        ),
      ),
      runs(100),
    );
  });

  it('running every command twice, as after a lost reply, is the same as running it once (10)', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrace, (trace) =>
        stages.on(['memory', 'memory', 'postgres', 'redis'], ([once, ...others], name) => {
          const twice = others.map((stage) => ({ ...stage, stores: runTwice(stage.stores) }));
          return playTrace(trace, { clock, stages: once === undefined ? [] : [once, ...twice], name });
        }),
      ),
      runs(30),
    );
  });
});
