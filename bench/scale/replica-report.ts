import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Contestant } from './contestant.js';

/** How long the event loop was held up: its turns take one millisecond where nothing does. */
export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What it took a process to hold all revocations in memory. */
export interface ReplicaReport {
  readonly entries: number;
  /** Of heap. */
  readonly bytesPerEntry: number;
  /** From the first read until all entries are there. */
  readonly loadMs: number;
  readonly loadDelay: LoopDelay;
  /** One check, in nanoseconds. */
  readonly checkNs: Readonly<Record<'small' | 'large', number>>;
  readonly checkRatio: number;
  /** From the end of all entries until the last of them is gone. */
  readonly sweepMs: number;
  readonly sweepDelay: LoopDelay;
  /** Heap that is not as it was before the entries came. */
  readonly heapLeftBytes: number;
}

/** Runs `replica.ts` in a fresh process. */
export async function measureReplica({ name, small, large }: Contestant): Promise<ReplicaReport> {
  const counts = [small, large].map(({ population }) => String(population.sessions));
  const child = fork(fileURLToPath(new URL('replica.mjs', import.meta.url)), [name, ...counts], {
    execArgv: ['--expose-gc', '--max-old-space-size=4096'],
  });
  const [report] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`the process that reads the revocations of ${name} failed`);
    }),
  ])) as [ReplicaReport];
  return report;
}
