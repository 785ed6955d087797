import type { Answer } from '../support/nodes/node-app.js';

/** How often each name came. */
export type Counts = Readonly<Record<string, number>>;

/** How often each name comes. */
export function tally(names: Iterable<string>): Counts {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** How often each outcome comes. */
export function tallyOutcomes(answers: readonly Answer[]): Counts {
  return tally(answers.map(({ outcome }) => outcome));
}

/** Prints what a storm came to, in one line of the run. */
export function report(story: string, counts: Readonly<Record<string, number | string | Counts>>): void {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${print(count)}`);
  process.stdout.write(`storm ${story}: ${parts.join(', ')}\n`);
}

function print(count: number | string | Counts): string {
  if (typeof count !== 'object') return `${count}`;
  return `(${Object.entries(count)
    .map((entry) => entry.join(' '))
    .join(', ')})`;
}
