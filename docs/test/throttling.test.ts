// ASVS 6.1.1: what the guide says of how guessing is slowed down.
import { createAuth, memoryStores } from '@tessera-auth/core';
import { createTestClock } from '@tessera-auth/core/testing';
import { expect, it } from 'vitest';
import { readPage } from './support/pages.js';

/** The rows of the table of zones. */
const rows = [
  ...readPage('docs/guide/throttling.md').text.matchAll(/^\| `(\w+)` +\| (.+?) +\| (.+?) +\|$/gm),
].map(([, zone = '', countedBy = '', limits = '']) => ({ zone, countedBy, limits }));
const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

it('the table names every zone', () => {
  expect(rows.map(({ zone }) => zone)).toEqual([
    'signIn',
    'signInClient',
    'register',
    'recovery',
    'recoveryClient',
    'secondFactor',
    'api',
  ]);
});

it.each(rows)(
  '$zone lets through at once, and then one by one, what is documented: $limits',
  async ({ zone, countedBy, limits }) => {
    const clock = createTestClock();
    const auth = createAuth({
      publicUrl: 'https://app.example.com',
      secret: crypto.getRandomValues(new Uint8Array(48)),
      stores: memoryStores({ clock }),
      emailVerification: 'off',
      clock,
    });
    const subject =
      countedBy === 'network' ? { tenantId: '', ip: '203.0.113.7' } : { tenantId: '', account: 'ada' };
    const isLet = () =>
      auth.limits.require(zone as 'api', subject as never).then(
        () => true,
        () => false,
      );

    const documented = [...limits.matchAll(/(\d+) an? (minute|hour|day)/g)].map(([, count, unit]) => ({
      count: Number(count),
      perMs: unitMs[unit as 'minute'],
    }));
    const [first] = documented;
    const atOnce = Number(/(\d+) at once/.exec(limits)?.[1] ?? first?.count);
    const burst = await Promise.all(Array.from({ length: atOnce + 5 }, isLet));
    expect(burst.filter(Boolean)).toHaveLength(atOnce);

    // One comes back after its part of the time, and no sooner.
    const intervalMs = (first?.perMs ?? 0) / (first?.count ?? 1);
    clock.advance(intervalMs - 1);
    expect(await isLet()).toBe(false);
    clock.advance(1);
    expect(await isLet()).toBe(true);
  },
);
