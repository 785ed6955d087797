import { setImmediate } from 'node:timers/promises';
import { hash } from '@node-rs/argon2';
import { quantile } from './interleaved.js';

const hashesInFlight = 4;
const samples = 1500;

/**
 * The 99th percentile, in milliseconds, of how long each verifier keeps a request waiting while four passwords are
 * being hashed on the thread pool. The verifiers take turns.
 */
export async function measureUnderArgon2(
  verifiers: Readonly<Record<string, () => unknown>>,
): Promise<Readonly<Record<string, number>>> {
  const times: Record<string, number[]> = Object.fromEntries(
    Object.keys(verifiers).map((name) => [name, []]),
  );
  let isOver = false;
  const hashing = Array.from({ length: hashesInFlight }, async () => {
    while (!isOver)
      await hash('correct horse battery staple', { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  });
  for (let sample = 0; sample < samples; sample++) {
    for (const [name, verify] of Object.entries(verifiers)) {
      await setImmediate();
      const start = performance.now();
      await verify();
      times[name]?.push(performance.now() - start);
    }
  }
  isOver = true;
  await Promise.all(hashing);
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, quantile(values, 0.99)]));
}
