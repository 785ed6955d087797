/** How often each outcome came, by its name. */
export function tally(outcomes: Iterable<string>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Prints what a storm came to, in one line of the run. */
export function report(story: string, counts: Readonly<Record<string, number | string>>): void {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  process.stdout.write(`storm ${story}: ${parts.join(', ')}\n`);
}
