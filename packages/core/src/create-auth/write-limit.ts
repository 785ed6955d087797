import type { CountedLimit } from '../domains/rate-limits/index.js';
import type { Duration } from '../duration.js';

/** Such as `5/1m (burst 3)`: five a minute, of them three at once. */
export function writeLimit({ count, perSeconds, burst }: CountedLimit): string {
  return `${count}/${writeDuration(perSeconds * 1000)} (burst ${burst})`;
}

/** In the largest unit that makes it a whole number. */
export function writeDuration(ms: number): Duration {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const;
  const unit = units.find(([, unitMs]) => ms > 0 && ms % unitMs === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}
