import { type Outcome, type RunOptions, runOrFail } from './run.js';

/** Runs the very pnpm that runs this script, which `npx` may have fetched and which need not be on PATH. */
export function pnpm(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const current = process.env.npm_execpath;
  return current?.includes('pnpm')
    ? runOrFail(process.execPath, [current, ...args], options)
    : runOrFail('npx', ['-y', 'pnpm@10', ...args], options);
}
