import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * Sends `signal` to a process and to everything that descends from it, parents first.
 *
 * A process group would not do: each Postgres backend makes itself the leader of a group of its own.
 *
 * @returns the ids that were signalled.
 */
export async function signalTree(rootPid: number, signal: NodeJS.Signals): Promise<number[]> {
  const signalled = new Set<number>();
  // Repeated until nothing new turns up: a parent may have forked while it was being looked at.
  for (let found = [rootPid]; found.length > 0; ) {
    for (const pid of found) {
      signalled.add(pid);
      sendSignal(pid, signal);
    }
    found = (await listDescendants(rootPid)).filter((pid) => !signalled.has(pid));
  }
  return [...signalled];
}

/** Whether a process with that id exists and is no zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await listProcesses()).some((process) => process.pid === pid && !process.isZombie);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly isZombie: boolean;
}

async function listDescendants(rootPid: number): Promise<number[]> {
  const processes = await listProcesses();
  const descendants = [rootPid];
  for (const parentPid of descendants) {
    descendants.push(...processes.filter((entry) => entry.parentPid === parentPid).map((entry) => entry.pid));
  }
  return descendants.slice(1);
}

/** Slim Linux images have no `ps`, so /proc is read where there is one. */
async function listProcesses(): Promise<ProcessEntry[]> {
  if (process.platform === 'linux') return listLinuxProcesses();
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,state=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parentPid, state]) => ({
      pid: Number(pid),
      parentPid: Number(parentPid),
      isZombie: state?.startsWith('Z') === true,
    }));
}

async function listLinuxProcesses(): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
      // The name, in parentheses, may itself hold spaces and parentheses.
      const [state, parentPid] = stat === null ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return parentPid === undefined
        ? null
        : { pid: Number(pid), parentPid: Number(parentPid), isZombie: state === 'Z' };
    }),
  );
  return entries.filter((entry) => entry !== null);
}
