import type { StormUnderWay } from './storm.js';

/**
 * Fails a primary over, with what asynchronous replication is documented to lose: what was answered within the last second
 * before it died.
 *
 * @returns how many sessions were written or ended in that time.
 */
export async function loseLastSecond(
  { oracle, sessions }: StormUnderWay,
  die: () => Promise<void>,
): Promise<number> {
  const window = { fromMs: performance.now() - 1_000, untilMs: Number.POSITIVE_INFINITY };
  oracle.forgive('lost', window);
  oracle.forgive('revived', window);
  await die();
  // What it has answered before it died may still be on its way through this process.
  window.untilMs = performance.now() + 50;
  const isAtRisk = (atMs: number): boolean => window.fromMs <= atMs && atMs <= window.untilMs;
  return sessions().filter(({ writtenAtMs, end }) => isAtRisk(writtenAtMs) || isAtRisk(end?.atMs ?? 0))
    .length;
}
