import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one plain line: `120 passed, 0 failed, 1 skipped`. What failed outside of any test counts as failed. */
export function createTotalsReporter(print: (line: string) => void = console.log): Reporter {
  return {
    onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly unknown[]) {
      const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
      for (const testModule of testModules) {
        totals.failed += testModule.errors().length;
        for (const test of testModule.children.allTests()) {
          const { state } = test.result();
          // One that never came to its end has not passed.
          totals[state === 'pending' ? 'failed' : state] += 1;
        }
      }
      const { passed, failed, skipped } = totals;
      print(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
    },
  };
}
