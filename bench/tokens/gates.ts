import type { Algorithm } from './algorithms.js';
import { ratio } from './interleaved.js';

/** What was measured for one algorithm. */
export interface Measured {
  readonly alg: Algorithm;
  /** Microseconds by verifier and round. */
  readonly times: Readonly<Record<string, number[]>>;
  /** Milliseconds by verifier. */
  readonly p99: Readonly<Record<string, number>>;
}

/** One promise about speed, and whether it was kept. */
export interface Gate {
  readonly alg: Algorithm;
  readonly gate: string;
  readonly measured: string;
  readonly limit: string;
  readonly met: 'yes' | 'NO';
}

const floorLimits: Readonly<Record<Algorithm, number>> = {
  HS256: 0.9,
  RS256: 1.08,
  ES256: 1.05,
  EdDSA: 1.05,
};
const fastJwtLimits: Readonly<Record<Algorithm, number>> = { HS256: 1.7, RS256: 1, ES256: 1, EdDSA: 1 };

/** All gates of one algorithm. */
export function checkGates({ alg, times, p99 }: Measured): readonly Gate[] {
  const { ours = Number.NaN, jose = Number.NaN } = p99;
  return [
    atMost(alg, 'ours ÷ floor', ratio(times.ours, times.floor), floorLimits[alg]),
    atLeast(alg, 'fast-jwt ÷ ours', ratio(times['fast-jwt'], times.ours), fastJwtLimits[alg]),
    atLeast(alg, 'fast-jwt ÷ ours, cached', ratio(times['fast-jwt, cached'], times['ours, cached']), 4),
    atMost(alg, 'p99 under argon2, ms', ours, 2),
    atMost(alg, 'p99 under argon2, ours ÷ jose', ours / jose, 1 / 8),
  ];
}

function atMost(alg: Algorithm, gate: string, measured: number, limit: number): Gate {
  return {
    alg,
    gate,
    measured: measured.toFixed(3),
    limit: `≤ ${limit}`,
    met: measured <= limit ? 'yes' : 'NO',
  };
}

function atLeast(alg: Algorithm, gate: string, measured: number, limit: number): Gate {
  return {
    alg,
    gate,
    measured: measured.toFixed(3),
    limit: `≥ ${limit}`,
    met: measured >= limit ? 'yes' : 'NO',
  };
}
