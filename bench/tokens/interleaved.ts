/** Does the work `count` times. */
export type Work = (count: number) => void;

const rounds = 101;
const roundMs = 4;
const warmUpMs = 60;

/**
 * The microseconds that each work took once, in every round.
 *
 * All works take turns within a round, so that whatever slows the machine down slows all of them; compare them by the
 * median of the ratios within rounds.
 */
export function measureInterleaved(
  works: Readonly<Record<string, Work>>,
): Readonly<Record<string, number[]>> {
  const names = Object.keys(works);
  const counts = names.map((name) => calibrate(works[name] as Work));
  const times: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      // Another one is first each time.
      const at = (turn + round) % names.length;
      const name = names[at] as string;
      const count = counts[at] as number;
      times[name]?.push((timeMs(works[name] as Work, count) * 1000) / count);
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

function calibrate(work: Work): number {
  let count = 1;
  let spentMs = 0;
  while (spentMs < warmUpMs) {
    const ms = timeMs(work, count);
    spentMs += ms;
    if (ms < roundMs) count *= 2;
  }
  return Math.max(1, Math.round((count * roundMs) / Math.max(roundMs / 4, timeMs(work, count))));
}

function timeMs(work: Work, count: number): number {
  const start = performance.now();
  work(count);
  return performance.now() - start;
}
