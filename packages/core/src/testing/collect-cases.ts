import type { TestRunner } from './stores/test-stores.js';

/**
 * The cases that a suite registers, by `chapter > case`: for running a single one by hand, and for testing the suite
 * itself against something that is broken on purpose.
 *
 * @param register hands the runner on, such as `(runner) => testStores(runner, subject)`.
 * @throws `Error` when two cases have one name.
 */
export function collectCases(
  register: (runner: TestRunner) => void,
): ReadonlyMap<string, () => Promise<void>> {
  const cases = new Map<string, () => Promise<void>>();
  const path: string[] = [];
  register({
    describe(name, body) {
      path.push(name);
      body();
      path.pop();
    },
    it(name, body) {
      // The first is the name of what is under test.
      const fullName = [...path.slice(1), name].join(' > ');
      if (cases.has(fullName)) throw new Error(`two cases have one name: ${fullName}`);
      cases.set(fullName, body);
    },
  });
  return cases;
}
