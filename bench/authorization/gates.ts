import { quantile } from '../tokens/interleaved.js';

/** Microseconds by contestant and round. */
export type Times = Readonly<Record<string, readonly number[]>>;

/** What was measured. */
export interface Measured {
  readonly full: Times;
  readonly rolesOnly: Times;
  readonly depth: Times;
  /** The fastest of many, as it is not compared with anything that the same machine did. */
  readonly compileMs: number;
  readonly principalMicroseconds: number;
}

/** One promise about speed, and whether it was kept. */
export interface Gate {
  readonly gate: string;
  readonly measured: string;
  readonly limit: string;
  readonly met: 'yes' | 'NO';
}

/** All gates. */
export function checkGates({
  full,
  rolesOnly,
  depth,
  compileMs,
  principalMicroseconds,
}: Measured): readonly Gate[] {
  return [
    atMost('full check, ours ÷ CASL prebuilt', quotient(full, 'ours', 'casl'), 0.5),
    atMost('roles only, ours ÷ bare bitset', quotient(rolesOnly, 'ours', 'bare bitset'), 2),
    atMost('a role 50 deep ÷ a role 0 deep', quotient(depth, '50 deep', '0 deep'), 1.2),
    atMost('1,000 roles × 100 permissions compiled, ms', compileMs, 50),
    atMost('principal of 10 of those roles, µs', principalMicroseconds, 10),
  ];
}

/**
 * One divided by another, each by the fastest tenth of its rounds: what else runs makes a round slower and nothing makes one
 * faster, and these works are so short that a round is either disturbed or not.
 */
export function quotient(times: Times, one: string, other: string): number {
  return undisturbed(times[one]) / undisturbed(times[other]);
}

/** Microseconds without what else the machine does. */
export function undisturbed(values: readonly number[] = []): number {
  return quantile(values, 0.1);
}

function atMost(gate: string, measured: number, limit: number): Gate {
  return { gate, measured: measured.toFixed(3), limit: `≤ ${limit}`, met: measured <= limit ? 'yes' : 'NO' };
}
