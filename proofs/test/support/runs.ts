const factor = Number(process.env.TEST_RUNS || 1);
if (!(factor > 0)) throw new Error('TEST_RUNS: expected a number above 0, such as 10 for ten times as many');

/** How many random cases a property tries: `count`, or as many times that as `TEST_RUNS` says. */
export function runs(count: number): { readonly numRuns: number } {
  return { numRuns: Math.max(Math.ceil(count * factor), 1) };
}

/** How long a test with so many cases may take on a slow machine. */
export const runsTimeoutMs = 120_000 * Math.max(factor, 1);
