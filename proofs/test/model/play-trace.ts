import type { Stores } from '@tessera-auth/core/stores';
import { createTestClock, type TestClock } from '@tessera-auth/core/testing';
import { compareWorlds, type Seen } from './compare-worlds.js';
import { createExpectation } from './expectation.js';
import { type Invariant, invariants, type Moment } from './invariants.js';
import { nothing } from './observation.js';
import type { Step } from './step.js';
import type { Trace } from './trace.js';
import { openWorld } from './world.js';

/** Stores to play on, which live by the clock they were opened with. */
export interface Stage {
  readonly name: string;
  readonly stores: Stores;
}

/** What playing needs. */
export interface PlayOptions {
  /** The clock of all stages. It is set back to its beginning. */
  readonly clock: TestClock;
  /** The first is the measure of the others. */
  readonly stages: readonly Stage[];
  /** Names the tenants; no other trace on these stores may have it. */
  readonly name: string;
  /** Default: all of {@link invariants}. */
  readonly checks?: readonly Invariant[];
}

const beginning = new Date(createTestClock().now());

/**
 * Lets everything in the trace happen on every stage, step by step, each on the other of two nodes, and insists after each
 * step on every invariant, and that the stages are alike.
 *
 * @returns how many steps there were.
 */
export async function playTrace(trace: Trace, options: PlayOptions): Promise<number> {
  const { clock, stages, name, checks = invariants } = options;
  clock.moveTo(beginning);
  const { policy } = trace;
  const expectation = createExpectation(clock, policy);
  const worlds = await Promise.all(
    stages.map((stage) => openWorld({ ...stage, clock, policy, trace: name })),
  );
  let befores = worlds.map(() => nothing);
  let turn = 0;

  for (const act of trace.acts) {
    const step = expectation.aim(act);
    if (step === null) continue;
    turn += 1;
    const answers = await Promise.all(worlds.map((world) => world.perform(step, turn)));
    const expected = expectation.apply(step, newIdIn(answers[0]));
    const afters = await Promise.all(worlds.map((world) => world.observe(turn)));
    const seen = worlds.map((world, index): Seen & Pick<Moment, 'before'> => ({
      world,
      answers: answers[index] ?? [],
      before: befores[index] ?? nothing,
      after: afters[index] ?? nothing,
    }));
    const where = `step ${turn}, ${describe(step)}`;
    for (const at of seen) {
      const moment = { ...at, policy, step, expected, expectation };
      for (const { number, text, check } of checks) {
        explain(`(${number}) ${text}: ${at.world.name}, ${where}`, { expected, answers: at.answers }, () =>
          check(moment),
        );
      }
    }
    explain(`(25) the same on every store: ${where}`, expected, () => compareWorlds(seen, expectation));
    befores = afters;
  }
  return turn;
}

function newIdIn(answers: readonly { readonly session: { readonly id: string } | null }[] = []): string {
  return answers[0]?.session?.id ?? '';
}

function describe({ act, session, generation }: Step): string {
  const target = session === null ? '' : ` at session ${session.ordinal}, generation ${generation}`;
  return `${JSON.stringify(act)}${target}`;
}

/** Says which invariant broke and where, before what the assertion has to say. */
function explain(what: string, details: unknown, check: () => void): void {
  try {
    check();
  } catch (error) {
    const shown = JSON.stringify(details, (key, value) => (key === 'refreshToken' ? undefined : value));
    throw new Error(`${what}\n${(error as Error).message}\n${shown}`, { cause: error });
  }
}
