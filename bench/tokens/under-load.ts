import { setImmediate } from 'node:timers/promises';
import { hash } from '@node-rs/argon2';
import { median, quantile } from './interleaved.js';

const hashesInFlight = 4;
const windows = 3;
const samplesPerWindow = 500;

/**
 * The 99th percentile, in milliseconds, of how long each verifier keeps a request waiting while four passwords are
 * being hashed on the thread pool. The verifiers take turns.
 *
 * The median of three windows, so that one hiccup of the machine does not decide.
 */
export async function measureUnderArgon2(
  verifiers: Readonly<Record<string, () => unknown>>,
): Promise<Readonly<Record<string, number>>> {
  let isOver = false;
  const hashing = Array.from({ length: hashesInFlight }, async () => {
    while (!isOver)
      await hash('correct horse battery staple', { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  });
  const seen: Readonly<Record<string, number>>[] = [];
  for (let window = 0; window < windows; window++) seen.push(await measureWindow(verifiers));
  isOver = true;
  await Promise.all(hashing);
  return Object.fromEntries(
    Object.keys(verifiers).map((name) => [name, median(seen.map((window) => window[name] ?? Number.NaN))]),
  );
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
