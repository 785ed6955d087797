import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './account.js';
import type { OwnedServer } from './owned-server.js';
import { isAlive, signalTree } from './process-tree.js';
import { type Reaper, startReaper } from './reaper.js';
import type { TemporaryFolder } from './temporary-folder.js';
import { waitUntil } from './wait-until.js';

/** How a server is run. */
export interface ServerPlan {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  /** The server's own folder: its data and its log. Removed when it is stopped. */
  readonly folder: TemporaryFolder;
  readonly account: Account | null;
  /** What asks it to shut down in an orderly way. */
  readonly stopSignal: NodeJS.Signals;
  /** Whether it answers by now. */
  readonly isReady: () => Promise<boolean>;
}

const reaperScript = `
children=$(cat /proc/"$1"/task/*/children 2>/dev/null || pgrep -P "$1")
kill -9 "$1" $children
`;

/**
 * Starts a server and waits until it answers.
 *
 * @throws `Error` with the last lines of its log when it ends before that.
 */
export async function startServerProcess(plan: ServerPlan): Promise<OwnedServer> {
  let running: RunningServer | null = await launch(plan).catch(async (error: unknown) => {
    await plan.folder.remove();
    throw error;
  });
  let isStopped = false;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (running === null) return;
    const ending = running;
    running = null;
    await endServer(plan, ending, signal);
  };
  const current = (): number => {
    if (running === null) throw new Error(`${plan.name} is not running`);
    return running.pid;
  };

  return {
    port: plan.port,
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await end(plan.stopSignal);
      await plan.folder.remove();
    },
    kill: () => end('SIGKILL'),
    async restart() {
      if (isStopped) throw new Error(`${plan.name} was stopped, its data are gone`);
      await end(plan.stopSignal);
      running = await launch(plan);
    },
    async freeze() {
      await signalTree(current(), 'SIGSTOP');
    },
    async thaw() {
      await signalTree(current(), 'SIGCONT');
    },
  };
}

interface RunningServer {
  readonly pid: number;
  readonly process: ChildProcess;
  readonly reaper: Reaper;
}

async function launch(plan: ServerPlan): Promise<RunningServer> {
  const logPath = join(plan.folder.path, 'server.log');
  const log = await open(logPath, 'a');
  // Detached: a Ctrl-C at the terminal reaches the tests first, which then stop their servers in order.
  const child = spawn(plan.command, plan.args, {
    cwd: plan.folder.path,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    ...(plan.account ?? {}),
  });
  await once(child, 'spawn');
  await log.close();
  const pid = child.pid as number;
  const server = { pid, process: child, reaper: startReaper(reaperScript, String(pid)) };
  child.unref();

  try {
    await waitUntil(`${plan.name} to answer`, async () => {
      if (hasEnded(child)) throw new Error(`${plan.name} ended at its start`);
      return plan.isReady();
    });
  } catch (error) {
    const lines = (await readFile(logPath, 'utf8')).trimEnd().split('\n').slice(-15).join('\n');
    await endServer(plan, server, 'SIGKILL');
    throw new Error(`${(error as Error).message}; its log ends with:\n${lines}`);
  }
  return server;
}

async function endServer(plan: ServerPlan, server: RunningServer, signal: NodeJS.Signals): Promise<void> {
  if (signal === 'SIGKILL') {
    const pids = await signalTree(server.pid, 'SIGKILL');
    await waitUntil(`the end of ${plan.name}`, async () =>
      (await Promise.all(pids.map(isAlive))).every((alive) => !alive),
    );
  } else {
    // A frozen server would never see the signal.
    await signalTree(server.pid, 'SIGCONT');
    server.process.kill(signal);
    await waitUntil(`the shutdown of ${plan.name}`, async () => hasEnded(server.process), 10_000).catch(() =>
      signalTree(server.pid, 'SIGKILL'),
    );
  }
  server.reaper.cancel();
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
