import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@tessera-auth/test-services';
import { repository } from './pages.js';

/** A program that serves HTTP, in a process of its own. */
export interface RunningServer {
  /** Where it listens, such as `http://localhost:41234`. */
  readonly url: string;
  /** Ends the process. */
  stop(): Promise<void>;
}

/**
 * Runs code as a user would, as a file in a project that has the packages installed, until it answers.
 *
 * @param env what it needs besides `PORT`.
 * @throws `Error` with all that it printed, when it ends or does not answer.
 */
export async function runServer(
  name: string,
  code: string,
  env: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const folder = join(repository, 'docs/.cache', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'server.ts'), code);

  const port = await findFreePort();
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@tessera-auth/source', 'server.ts'],
    { cwd: folder, env: { ...process.env, ...env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const url = `http://localhost:${port}`;
  try {
    await waitForAnswer(child, `${url}/livez`);
  } catch (error) {
    await end(child);
    throw new Error(`${name}: ${(error as Error).message}\n${output}`);
  }
  return { url, stop: () => end(child) };
}

async function waitForAnswer(child: ChildProcess, url: string): Promise<void> {
  const deadlineMs = performance.now() + 100_000;
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}`);
    const response = await fetch(url).catch(() => null);
    if (response?.ok === true) return;
    await delay(50);
  }
  throw new Error('does not answer');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
