// What verifying and issuing an access token costs, beside others. Prints Markdown; exits with 1 when a gate is missed.
// The numbers of two runs cannot be compared, the ratios within one can.
import { algorithms, createSetting } from './algorithms.js';
import { checkGates, type Measured } from './gates.js';
import { measureInterleaved, median, repeat, repeatWaiting } from './interleaved.js';
import { measureCacheEntryBytes } from './memory.js';
import { createJoseSigner, createSigners } from './signers.js';
import { printTable } from './table.js';
import { measureUnderArgon2 } from './under-load.js';
import { createJose, createVerifiers } from './verifiers.js';

const measured: Measured[] = [];
const signing: Record<string, unknown>[] = [];
for (const alg of algorithms) {
  const setting = await createSetting(alg);
  const { headerLines } = setting;
  const verifiers = createVerifiers(setting);
  const tokenAt = (at: number) => (headerLines[at % headerLines.length] as string).slice('Bearer '.length);

  const jose = createJose(setting);
  const times = await measureInterleaved({
    ...mapValues(verifiers, (verify) => repeat((at) => verify(tokenAt(at)))),
    jose: repeatWaiting((at) => jose(tokenAt(at))),
  });

  let at = 0;
  const p99 = await measureUnderArgon2({
    ours: () => setting.forgetful.verify(tokenAt(at++)),
    jose: () => jose(tokenAt(at++)),
  });
  measured.push({ alg, times, p99 });

  const signTimes = await measureInterleaved({
    ...mapValues(createSigners(setting), repeat),
    jose: repeatWaiting(createJoseSigner(setting)),
  });
  signing.push({ alg, ...mapValues(signTimes, microseconds) });
}

printTable(
  'Verify, µs',
  measured.map(({ alg, times }) => ({ alg, ...mapValues(times, microseconds) })),
);
printTable('Sign, µs', signing);
printTable(
  'Verify with four argon2 hashes under way, 99th percentile, ms',
  measured.map(({ alg, p99 }) => ({ alg, ...mapValues(p99, (ms) => ms.toFixed(2)) })),
);
console.log(`A remembered token takes ${await measureCacheEntryBytes()} bytes.\n`);

const gates = measured.flatMap(checkGates);
printTable('Gates', gates);
process.exitCode = gates.every(({ met }) => met === 'yes') ? 0 : 1;

function microseconds(values: number[]): string {
  return median(values).toFixed(2);
}

function mapValues<Value, Result>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
