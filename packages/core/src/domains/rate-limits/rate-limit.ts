import { type Duration, parseDuration } from '../../duration.js';

/** How often something may be done. */
export interface RateLimit {
  /** So many in each `per`: a whole number, at least 1. */
  readonly count: number;
  readonly per: Duration;
  /** How many at once, after a pause. Default `count`; at most `count`. */
  readonly burst?: number;
}

/** A limit as it is counted. */
export interface CountedLimit {
  readonly count: number;
  readonly burst: number;
  readonly perSeconds: number;
  readonly intervalUs: number;
}

/** @throws `TypeError` naming the option that is not acceptable. */
export function readRateLimit(option: string, { count, per, burst = count }: RateLimit): CountedLimit {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new TypeError(`${option}.count: expected a whole number of at least 1`);
  if (!Number.isSafeInteger(burst) || burst < 1 || burst > count)
    throw new TypeError(`${option}.burst: expected a whole number from 1 to count`);
  const perMs = parseDuration(`${option}.per`, per, { min: '1s', max: '36500d' });
  return {
    count,
    burst,
    perSeconds: Math.ceil(perMs / 1000),
    intervalUs: Math.max(Math.floor((perMs * 1000) / count), 1),
  };
}
