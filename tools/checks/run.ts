import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of this repository. */
export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** How a command ended. */
export interface Outcome {
  readonly exitCode: number | null;
  /** What it printed to standard output. */
  readonly stdout: string;
  /** Everything it printed, in the order it came. */
  readonly output: string;
}

/** Where and with what a command runs. */
export interface RunOptions {
  /** Default: the root of this repository. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command, of this repository's tools or of the machine, to its end. Does not judge the exit code. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd = repository, env = {} }: RunOptions = {},
): Promise<Outcome> {
  const path = [join(repository, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const child = spawn(command, args, {
    cwd,
    // What is captured is printed later, perhaps into a file.
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { exitCode, stdout, output };
}

/**
 * The same for a command that has to succeed.
 *
 * @throws `Error` with all that it printed.
 */
export async function runOrFail(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const outcome = await run(command, args, options);
  if (outcome.exitCode === 0) return outcome;
  throw new Error(`${command} ${args.join(' ')} ended with ${outcome.exitCode}:\n${outcome.output.trim()}`);
}
