import { createRequire } from 'node:module';
import type { hashRaw, Options } from '@node-rs/argon2';
import { beforeEach } from 'vitest';

/** One call of the real argon2: what it was asked to compute. */
export interface Argon2Call {
  readonly password: string;
  readonly memoryKiB: number | undefined;
  readonly iterations: number | undefined;
  readonly parallelism: number | undefined;
  readonly digestBytes: number | undefined;
}

/** What the real argon2 was asked to do since the test began. */
export const argon2Watch = {
  calls: [] as Argon2Call[],
  running: 0,
  mostRunning: 0,
  /** The next call rejects with this instead of computing. */
  failure: undefined as Error | undefined,

  reset(): void {
    Object.assign(argon2Watch, { calls: [], running: 0, mostRunning: 0, failure: undefined });
  },
};

beforeEach(argon2Watch.reset);

// The real module does the work and is only watched. The first hash imports it, long after this line has run; a mock of
// vitest's would not do, since of several imports at once only one receives it.
const argon2 = createRequire(import.meta.url)('@node-rs/argon2') as { hashRaw: typeof hashRaw };
const compute = argon2.hashRaw;
argon2.hashRaw = watched as typeof hashRaw;

async function watched(password: string, options: Options): Promise<Buffer> {
  argon2Watch.calls.push({
    password,
    memoryKiB: options.memoryCost,
    iterations: options.timeCost,
    parallelism: options.parallelism,
    digestBytes: options.outputLen,
  });
  argon2Watch.mostRunning = Math.max(argon2Watch.mostRunning, ++argon2Watch.running);
  try {
    const failure = argon2Watch.failure;
    argon2Watch.failure = undefined;
    if (failure !== undefined) throw failure;
    return await compute(password, options);
  } finally {
    argon2Watch.running--;
  }
}
