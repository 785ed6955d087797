import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** Cleans up after this process, unless it is cancelled. */
export interface Reaper {
  /** To be called when everything was cleaned up in an orderly way. */
  cancel(): void;
}

/**
 * Runs a shell script when this process ends, however it ends: the standard input of the waiting shell closes with us,
 * even after SIGKILL.
 *
 * @param args become `$1`, `$2`, … of the script.
 */
export function startReaper(script: string, ...args: readonly string[]): Reaper {
  const reaper = spawn('sh', ['-c', `cat >/dev/null\n${script}`, 'reaper', ...args], {
    // Not in our process group, where a Ctrl-C would end it together with us.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  reaper.unref();
  (reaper.stdin as Socket).unref();
  return { cancel: () => reaper.kill('SIGKILL') };
}
