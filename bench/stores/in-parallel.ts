import { median, quantile, ratio } from '../tokens/interleaved.js';

/** What is asked of a store again and again. */
export interface Operation {
  /** Makes ready what `count` calls use up. Not measured. */
  prepare?(count: number): Promise<void>;
  /** Asks once, and throws unless the answer is the right one: a store that refuses is fast, and says nothing. */
  call(): Promise<void>;
}

/** What one operation took, in microseconds. */
export interface Measured {
  /** From the begin of a round to its end, divided by its calls; by round. */
  readonly perCall: number[];
  /** Every call by itself. */
  readonly latencies: number[];
}

const rounds = 21;
const roundMs = 100;

/**
 * Measures all operations with `callers` callers, each of which asks again as soon as it has its answer.
 *
 * The operations take turns within a round, so that whatever slows the machine down slows all of them.
 */
export async function measureInParallel<Name extends string>(
  operations: Readonly<Record<Name, Operation>>,
  callers: number,
): Promise<Readonly<Record<Name, Measured>>> {
  const names = Object.keys(operations) as Name[];
  const counts: number[] = [];
  for (const name of names) counts.push(await calibrate(operations[name], callers));
  const measured = Object.fromEntries(
    names.map((name) => [name, { perCall: [], latencies: [] }]),
  ) as unknown as Record<Name, Measured>;
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      // Another one is first each time.
      const at = (turn + round) % names.length;
      const name = names[at] as Name;
      const count = counts[at] as number;
      const { latencies, perCall } = measured[name];
      perCall.push((await callTogether(operations[name], callers, count, latencies)) / count);
    }
  }
  return measured;
}

/** Calls per second. */
export function throughput({ perCall }: Measured): number {
  return 1_000_000 / median(perCall);
}

/** How many calls of `operation` are done in the time of one of `floor`. */
export function shareOfFloor(operation: Measured, floor: Measured): number {
  return ratio(floor.perCall, operation.perCall);
}

/** The latency, in microseconds, that this share of the calls did not exceed. */
export function latency({ latencies }: Measured, share: number): number {
  return quantile(latencies, share);
}

/** How many calls take about as long as a round. */
async function calibrate(operation: Operation, callers: number): Promise<number> {
  let count = callers;
  for (;;) {
    const spentMs = (await callTogether(operation, callers, count, [])) / 1000;
    if (spentMs >= roundMs) return Math.max(callers, Math.round((count * roundMs) / spentMs));
    count *= 2;
  }
}

/** @returns how long it took, in microseconds. */
async function callTogether(
  operation: Operation,
  callers: number,
  count: number,
  latencies: number[],
): Promise<number> {
  await operation.prepare?.(count);
  let left = count;
  const callInTurn = async (): Promise<void> => {
    while (left-- > 0) {
      const start = performance.now();
      await operation.call();
      latencies.push((performance.now() - start) * 1000);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: callers }, callInTurn));
  return (performance.now() - start) * 1000;
}
