import { betterAuthVariants, type Framework } from './variants.js';

/** One promise about cost, and whether it was kept. */
export interface Gate {
  readonly framework: Framework;
  readonly gate: string;
  readonly measured: string;
  readonly limit: string;
  readonly met: 'yes' | 'NO';
}

const limitMicroseconds = 15;
const leastTimesCheaper = 10;

/** @param overBare CPU microseconds per request over the bare framework, by variant. */
export function checkGates(framework: Framework, overBare: Readonly<Record<string, number>>): Gate[] {
  const costOf = (variant: string): number => overBare[variant] ?? Number.NaN;
  const ours = costOf('tessera, from memory');
  const cheapest = Math.min(...betterAuthVariants.map(costOf));
  const create = (gate: string, measured: number, limit: string, isMet: boolean): Gate => ({
    framework,
    gate,
    measured: measured.toFixed(1),
    limit,
    met: isMet ? 'yes' : 'NO',
  });
  const limited = ['tessera, from memory', 'tessera, from memory, cookie'].map((variant) => {
    const cost = costOf(variant);
    // Nothing is cheaper than nothing: below zero the machine was too busy to measure.
    const isMet = cost > 0 && cost <= limitMicroseconds;
    return create(`${variant}: µs over bare`, cost, `≤ ${limitMicroseconds}`, isMet);
  });
  const times = cheapest / ours;
  const compared = [
    create('cheapest better-auth ÷ ours', times, `≥ ${leastTimesCheaper}`, times >= leastTimesCheaper),
  ];
  if (framework === 'fastify') {
    const share = costOf('@fastify/jwt') / ours;
    compared.push(create('@fastify/jwt ÷ ours', share, '> 1', share > 1));
  }
  return [...limited, ...compared];
}
