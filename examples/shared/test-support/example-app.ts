import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findFreePort } from '@tessera-auth/test-services';

/** One of the example servers. */
export interface ExampleApp {
  readonly name: string;
  /** The path of its `main.ts`. */
  readonly main: string;
}

/** A server as it runs for people: a process of its own, in a folder of its own. */
export interface RunningApp {
  readonly url: string;
  /** Everything it has printed. */
  output(): string;
  /** Asks it to end. @returns its exit code. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** How long a test that starts servers may take: each start is seconds of work, on a core that others share. */
export const appTestTimeoutMs = 180_000;

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** A folder in which a server keeps its `.data`. Its `remove` is for after the test. */
export async function makeAppFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'tessera-example-'));
  // As root the embedded Postgres runs under another account, which has to get in.
  await chmod(path, 0o711);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Starts a server on a free port and waits until it listens. @throws `Error` with its output when it ends instead. */
export async function startApp(
  { name, main }: ExampleApp,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<RunningApp> {
  // Found here and not by the server: it is kept for this one while it is started again.
  const port = String(await findFreePort());
  const launched = launch(main, folder, { PORT: port, ...environment });
  const url = await Promise.race([launched.listening, launched.ended.then(() => null)]);
  if (url === null) throw new Error(`the ${name} app did not start:\n${launched.output()}`);
  return {
    url,
    output: launched.output,
    stop(signal = 'SIGTERM') {
      launched.process.kill(signal);
      return launched.ended;
    },
    async kill() {
      launched.process.kill('SIGKILL');
      await launched.ended;
    },
  };
}

/** Starts a server that is not meant to come up. @returns its exit code and what it printed. */
export async function runApp(
  { main }: ExampleApp,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const launched = launch(main, folder, environment);
  void launched.listening.then(() => launched.process.kill('SIGKILL'));
  return { exitCode: await launched.ended, output: launched.output() };
}

/** Many tests sign in from one address. Production does not take it, nor does a profile. */
function withoutLimits({
  NODE_ENV,
  AUTH_PROFILE,
}: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return NODE_ENV === 'production' || AUTH_PROFILE !== undefined ? {} : { RATE_LIMITS: 'off' };
}

interface LaunchedApp {
  readonly process: ChildProcess;
  /** Resolves with the URL; never when it does not come up. */
  readonly listening: Promise<string>;
  readonly ended: Promise<number | null>;
  output(): string;
}

function launch(main: string, cwd: string, environment: Readonly<Record<string, string>>): LaunchedApp {
  const child = spawn(
    process.execPath,
    ['--import', tsx, '--conditions=@tessera-auth/source', main],
    // None of the test's own variables.
    {
      cwd,
      env: {
        PATH: process.env.PATH ?? '',
        PORT: '0',
        EMAIL_VERIFICATION: 'off',
        ...withoutLimits(environment),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  const listening = new Promise<string>((resolve) => {
    const read = (chunk: string): void => {
      output += chunk;
      const url = /^listening on (\S+)$/m.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
  });
  const ended = once(child, 'close').then(() => child.exitCode);
  return { process: child, listening, ended, output: () => output };
}
