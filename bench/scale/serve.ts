import type { Operation } from '../stores/in-parallel.js';
import { quantile } from '../tokens/interleaved.js';

/** What callers got. */
export interface Served {
  readonly calls: number;
  readonly perSecond: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
}

const callers = 4;

/** Calls `operation` until `work` is done; every call throws unless it gets the answer that it should. */
export async function serveDuring<Result>(
  operation: Operation,
  work: () => Promise<Result>,
): Promise<{ readonly served: Served; readonly result: Result }> {
  const latencies: number[] = [];
  let isOver = false;
  const callInTurn = async (): Promise<void> => {
    while (!isOver) {
      const start = performance.now();
      await operation.call();
      latencies.push((performance.now() - start) * 1000);
    }
  };
  const start = performance.now();
  const calling = Promise.all(Array.from({ length: callers }, callInTurn));
  try {
    const working = work();
    // A call that fails must not wait for the end of the work.
    await Promise.race([working, calling]);
    isOver = true;
    await calling;
    const result = await working;
    return { served: summarize(latencies, performance.now() - start), result };
  } finally {
    isOver = true;
  }
}

function summarize(latencies: readonly number[], ms: number): Served {
  return {
    calls: latencies.length,
    perSecond: latencies.length / (ms / 1000),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

/** Calls `operation` so many times. */
export async function serveTimes(operation: Operation, times: number, atOnce: number): Promise<void> {
  let left = times;
  const callInTurn = async (): Promise<void> => {
    while (left-- > 0) await operation.call();
  };
  await Promise.all(Array.from({ length: atOnce }, callInTurn));
}
