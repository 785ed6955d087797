import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until `condition` holds.
 *
 * @param goal what is waited for, for the message.
 * @throws `Error` when it does not hold within `limitMs`, default 30 s; or what `condition` throws, at once.
 */
export async function waitUntil(
  goal: string,
  condition: () => Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`gave up waiting for: ${goal}`);
    await delay(20);
  }
}
