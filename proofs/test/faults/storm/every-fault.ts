import { it, type TestContext } from 'vitest';

const isFull = process.env.TEST_FAULTS === 'all';

/**
 * `it` for a fault that is not part of every run: each takes up to a minute, and there is one of its kind that always runs. With
 * `TEST_FAULTS=all`, as every night, it is a test like any other.
 */
export function itWithEveryFault(name: string, run: (context: TestContext) => Promise<void>): void {
  it(name, async (context) => {
    if (!isFull) {
      process.stdout.write(`NOT TESTED, set TEST_FAULTS=all: ${name}\n`);
      context.skip('set TEST_FAULTS=all');
    }
    await run(context);
  });
}
