/** Does the work `count` times; one that can only wait gives a promise. */
export type Work = (count: number) => void | Promise<void>;

/** The work of calling `once` again and again. */
export function repeat(once: (at: number) => unknown): Work {
  let at = 0;
  return (count) => {
    for (let turn = 0; turn < count; turn++) once(at++);
  };
}

/** The work of calling `once` again and again, each time after the answer to the last. */
export function repeatWaiting(once: (at: number) => Promise<unknown>): Work {
  let at = 0;
  return async (count) => {
    for (let turn = 0; turn < count; turn++) await once(at++);
  };
}

const rounds = 101;
const roundMs = 4;
const warmUpMs = 60;

/**
 * The microseconds that each work took once, in every round.
 *
 * All works take turns within a round, so that whatever slows the machine down slows all of them; compare them by the
 * median of the ratios within rounds.
 */
export async function measureInterleaved(
  works: Readonly<Record<string, Work>>,
): Promise<Readonly<Record<string, number[]>>> {
  const names = Object.keys(works);
  const counts: number[] = [];
  for (const name of names) counts.push(await calibrate(works[name] as Work));
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      // Another one is first each time.
      const at = (turn + round) % names.length;
      const name = names[at] as string;
      const count = counts[at] as number;
      times[name]?.push(((await timeMs(works[name] as Work, count)) * 1000) / count);
    }
  }
  return times;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that this share of the values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The median over all rounds of `a` divided by `b`. */
export function ratio(a: readonly number[] = [], b: readonly number[] = []): number {
  return median(a.map((value, round) => value / (b[round] ?? Number.NaN)));
}

async function calibrate(work: Work): Promise<number> {
  let count = 1;
  let spentMs = 0;
  while (spentMs < warmUpMs) {
    const ms = await timeMs(work, count);
    spentMs += ms;
    if (ms < roundMs) count *= 2;
  }
  return Math.max(1, Math.round((count * roundMs) / Math.max(roundMs / 4, await timeMs(work, count))));
}

async function timeMs(work: Work, count: number): Promise<number> {
  const start = performance.now();
  const done = work(count);
  // Waiting for what is there already would be measured too.
  if (done instanceof Promise) await done;
  return performance.now() - start;
}
