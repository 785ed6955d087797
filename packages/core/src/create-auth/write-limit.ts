import type { CountedLimit } from '../domains/rate-limits/index.js';
import { writeDuration } from '../duration.js';

/** Such as `5/1m (burst 3)`: five a minute, of them three at once. */
export function writeLimit({ count, perSeconds, burst }: CountedLimit): string {
  return `${count}/${writeDuration(perSeconds * 1000)} (burst ${burst})`;
}
