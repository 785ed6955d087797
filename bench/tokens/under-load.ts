import { setImmediate } from 'node:timers/promises';
import { hash } from '@node-rs/argon2';
import { quantile } from './interleaved.js';

const hashesInFlight = 4;
const windows = 3;
const samplesPerWindow = 500;

/**
 * The 99th percentile, in milliseconds, of how long each verifier keeps a request waiting while four passwords are
 * being hashed on the thread pool. The verifiers take turns.
 *
 * The best of three windows, since whatever else the machine does can only make it worse.
 */
export async function measureUnderArgon2(
  verifiers: Readonly<Record<string, () => unknown>>,
): Promise<Readonly<Record<string, number>>> {
  let isOver = false;
  const hashing = Array.from({ length: hashesInFlight }, async () => {
    while (!isOver)
      await hash('correct horse battery staple', { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  });
  const best: Record<string, number> = {};
  for (let window = 0; window < windows; window++) {
    for (const [name, p99] of Object.entries(await measureWindow(verifiers))) {
      best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, p99);
    }
  }
  isOver = true;
  await Promise.all(hashing);
  return best;
}

async function measureWindow(
  verifiers: Readonly<Record<string, () => unknown>>,
): Promise<Readonly<Record<string, number>>> {
  const times: Record<string, number[]> = Object.fromEntries(
    Object.keys(verifiers).map((name) => [name, []]),
  );
  for (let sample = 0; sample < samplesPerWindow; sample++) {
    for (const [name, verify] of Object.entries(verifiers)) {
      await setImmediate();
      const start = performance.now();
      await verify();
      times[name]?.push(performance.now() - start);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, quantile(values, 0.99)]));
}
