import type { RevocationStore } from '@tessera-auth/core/stores';
import { revocationAt } from './population.js';

const lifetimeMs = 7_200_000;
const batch = 1000;

/** Does the work for all numbers from `from` to below `to`, so many at a time. */
export async function forEachNumber(
  { from = 0, to, atOnce }: { readonly from?: number; readonly to: number; readonly atOnce: number },
  work: (number: number) => Promise<void>,
): Promise<void> {
  let next = from;
  const workInTurn = async (): Promise<void> => {
    while (next < to) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, workInTurn));
}

/** Adds so many revocations, which outlive the benchmark. */
export async function fillRevocations(revocations: RevocationStore, count: number): Promise<void> {
  const until = new Date(Date.now() + lifetimeMs);
  await forEachNumber({ to: Math.ceil(count / batch), atOnce: 4 }, async (at) => {
    const length = Math.min(batch, count - at * batch);
    await revocations.add(Array.from({ length }, (_, index) => revocationAt(at * batch + index, until)));
  });
}
