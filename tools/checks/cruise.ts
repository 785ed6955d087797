import { join } from 'node:path';
import { repository, run } from './run.js';

/** A module of this repository and the files it imports. */
export interface CruisedModule {
  readonly source: string;
  readonly dependencies: readonly { readonly resolved: string }[];
}

/** What dependency-cruiser found. */
export interface CruiseResult {
  readonly modules: readonly CruisedModule[];
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

/** Reads the imports of `folders` below `root`, judged by the rules of this repository. */
export async function cruise(root: string, folders: readonly string[]): Promise<CruiseResult> {
  const config = join(repository, '.dependency-cruiser.mjs');
  const args = ['--config', config, '--output-type', 'json', ...folders];
  // The exit code counts violations, which are in the output too.
  const { stdout, output } = await run('depcruise', args, { cwd: root });
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser failed:\n${output}`);
  return JSON.parse(stdout) as CruiseResult;
}
