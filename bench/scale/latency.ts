import type { Operation } from '../stores/in-parallel.js';
import { median, quantile, ratio } from '../tokens/interleaved.js';

/** One operation on both populations. */
export interface OperationPair {
  readonly small: Operation;
  readonly large: Operation;
}

/** Microseconds that a share of the calls did not exceed, by round. */
export interface RoundLatencies {
  readonly p50: number[];
  readonly p99: number[];
}

/** What a pair took. */
export interface MeasuredPair {
  readonly small: RoundLatencies;
  readonly large: RoundLatencies;
}

const rounds = Number(process.env.ROUNDS ?? 31);
const pairsPerRound = 1000;
const callers = 4;

/**
 * Calls both operations of all pairs by turns, each caller one after the other, so that whatever slows the machine down
 * slows both. Compare them by the median of the ratios within rounds.
 */
export async function measurePairs<Name extends string>(
  pairs: Readonly<Record<Name, OperationPair>>,
): Promise<Readonly<Record<Name, MeasuredPair>>> {
  const names = Object.keys(pairs) as Name[];
  const measured = Object.fromEntries(
    names.map((name) => [name, { small: { p50: [], p99: [] }, large: { p50: [], p99: [] } }]),
  ) as unknown as Record<Name, MeasuredPair>;
  for (const name of names) await callByTurns(pairs[name], pairsPerRound);
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const latencies = await callByTurns(pairs[name], pairsPerRound);
      for (const side of ['small', 'large'] as const) {
        measured[name][side].p50.push(quantile(latencies[side], 0.5));
        measured[name][side].p99.push(quantile(latencies[side], 0.99));
      }
    }
  }
  return measured;
}

/** The median of both, and how much larger it is in the large population. */
export function summarize({ small, large }: MeasuredPair, share: 'p50' | 'p99') {
  return {
    small: median(small[share]),
    large: median(large[share]),
    ratio: ratio(large[share], small[share]),
  };
}

async function callByTurns(
  { small, large }: OperationPair,
  count: number,
): Promise<Readonly<Record<'small' | 'large', number[]>>> {
  const latencies = { small: [] as number[], large: [] as number[] };
  const time = async (operation: Operation, into: number[]): Promise<void> => {
    const start = performance.now();
    await operation.call();
    into.push((performance.now() - start) * 1000);
  };
  let left = count;
  const callInTurn = async (): Promise<void> => {
    while (left-- > 0) {
      // Another one is first each time.
      if (left % 2 === 0) await time(small, latencies.small);
      await time(large, latencies.large);
      if (left % 2 === 1) await time(small, latencies.small);
    }
  };
  await Promise.all(Array.from({ length: callers }, callInTurn));
  return latencies;
}
