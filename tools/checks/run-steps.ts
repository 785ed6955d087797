/** One check. */
export interface Step {
  readonly name: string;
  /** Resolves, to what was measured if that is worth a word; rejects with what is wrong. */
  readonly run: () => Promise<unknown>;
  /** The name of an earlier step without which this one makes no sense. */
  readonly needs?: string;
}

/**
 * Runs all steps, also after one has failed, and prints each with its time.
 *
 * @returns the names of those that failed.
 */
export async function runSteps(steps: readonly Step[], print: (line: string) => void): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run, needs } of steps) {
    const startMs = performance.now();
    const { problem, measured } =
      needs !== undefined && failed.includes(needs) ? { problem: `needs ${needs}` } : await attempt(run);
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1).padStart(6);
    const remark = measured === undefined ? '' : `: ${measured}`;
    print(`${problem === undefined ? 'ok  ' : 'FAIL'} ${seconds} s  ${name}${remark}`);
    if (problem === undefined) continue;
    failed.push(name);
    print(problem.replaceAll(/^/gm, '    '));
  }
  print(failed.length === 0 ? `all ${steps.length} checks passed` : `failed: ${failed.join(', ')}`);
  return failed;
}

interface Attempt {
  readonly problem?: string;
  readonly measured?: string;
}

async function attempt(run: Step['run']): Promise<Attempt> {
  try {
    const measured = await run();
    return typeof measured === 'string' ? { measured } : {};
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
