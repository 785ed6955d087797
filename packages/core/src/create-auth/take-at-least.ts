import { setTimeout as delay } from 'node:timers/promises';

/**
 * Work that is done no sooner than after `ms`, whatever it comes to: what is much shorter than that tells nobody by its time what
 * it found.
 */
export async function takeAtLeast<T>(ms: number, work: Promise<T>): Promise<T> {
  const floor = delay(ms);
  try {
    return await work;
  } finally {
    await floor;
  }
}
