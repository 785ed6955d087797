import { printTable } from '../tokens/table.js';

/** One promise about scale, and whether it was kept. */
interface Gate {
  readonly store: string;
  readonly gate: string;
  readonly measured: string;
  readonly limit: string;
  readonly met: 'yes' | 'NO';
}

/** The promises so far. */
export interface Gates {
  atMost(store: string, gate: string, measured: number, limit: number): void;
  atLeast(store: string, gate: string, measured: number, limit: number): void;
  exactly(store: string, gate: string, measured: number, limit: number): void;
  /** @returns whether all of them were kept. */
  print(): boolean;
}

/** None yet. */
export function createGates(): Gates {
  const gates: Gate[] = [];
  const add = (store: string, gate: string, measured: number, limit: string, isMet: boolean): void => {
    const shown = Number.isInteger(measured) ? String(measured) : measured.toFixed(2);
    gates.push({ store, gate, measured: shown, limit, met: isMet ? 'yes' : 'NO' });
  };
  return {
    atMost: (store, gate, measured, limit) => add(store, gate, measured, `≤ ${limit}`, measured <= limit),
    atLeast: (store, gate, measured, limit) => add(store, gate, measured, `≥ ${limit}`, measured >= limit),
    exactly: (store, gate, measured, limit) => add(store, gate, measured, `${limit}`, measured === limit),
    print() {
      printTable('Gates', gates);
      return gates.every(({ met }) => met === 'yes');
    },
  };
}
