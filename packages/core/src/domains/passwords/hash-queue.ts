import { availableParallelism } from 'node:os';
import { AuthError } from '../../errors.js';

/**
 * How many hashes run at once by default: one per core, at most 3.
 *
 * Hashes run on libuv's pool, which has 4 threads that file access, name resolution and compression use too: with all
 * four busy hashing, a flood of sign-ins would stall the rest of the process.
 */
export const defaultMaxConcurrent = Math.min(availableParallelism(), 3);

/** How many hashes wait by default: at 20 to 50 ms each, one or two seconds of work. Later the client has given up. */
export const defaultMaxQueued = 100;

const retryAfterSeconds = 1;

/** Runs costly jobs a few at a time, in the order of the calls, and turns away what it cannot take. */
export interface HashQueue {
  /**
   * The outcome of `job`, which starts at once or when its turn comes. A job that rejects frees its place.
   *
   * @throws `AuthError` `overloaded`, without calling `job`, when the queue is full.
   */
  run<T>(job: () => Promise<T>): Promise<T>;
}

/** The bounds of a {@link HashQueue}. */
export interface HashQueueOptions {
  readonly maxConcurrent: number;
  readonly maxQueued: number;
}

/** A queue whose memory and waiting time are bounded whatever arrives (ASVS 15.2.2). */
export function createHashQueue(options: HashQueueOptions): HashQueue {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function takePlace(): Promise<void> {
    if (running < options.maxConcurrent) {
      running++;
      return;
    }
    if (waiting.length >= options.maxQueued) throw new AuthError('overloaded', { retryAfterSeconds });
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function givePlaceOn(): void {
    // The place goes straight to the first in line: were it freed instead, a newcomer could overtake.
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }

  return {
    async run(job) {
      await takePlace();
      try {
        return await job();
      } finally {
        givePlaceOn();
      }
    },
  };
}
