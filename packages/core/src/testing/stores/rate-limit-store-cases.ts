import assert from 'node:assert/strict';
import type { RateLimitStore, TakeCommand } from '../../stores/rate-limit-store.js';
import { rateLimitVectors } from './rate-limits/rate-limit-vectors.js';
import { inParallel } from './sessions/session-fixtures.js';
import type { StoreCase, StoreChapter } from './store-case.js';
import { longestText, unicodeText, unstorableTexts } from './texts.js';

/** A command that takes one of five units, of which one comes back each second. */
function taking(key: string, change: Partial<TakeCommand> = {}): TakeCommand {
  return { key, intervalUs: 1_000_000, burst: 5, cost: 1, ...change };
}

/** A command that takes all units at once, and so is refused where one is missing. */
function takingAll(key: string): TakeCommand {
  return taking(key, { cost: 5 });
}

const vectors: readonly StoreCase[] = rateLimitVectors.map(({ name, intervalUs, burst, steps }) => ({
  name,
  async run({ stores: { rateLimits }, clock }) {
    for (const [index, { afterMs = 0, take, outcome }] of steps.entries()) {
      clock.advance(afterMs);
      const command = { key: 'sign_in:ip:192.0.2.1', intervalUs, burst, cost: 1, ...take };
      assert.deepEqual(await rateLimits.take(command), outcome, `step ${index + 1}`);
    }
  },
}));

const taken: readonly StoreCase[] = [
  {
    name: 'numbers that no bucket has are refused as what they are: nothing is given back, and it is no outage',
    async run({ stores: { rateLimits } }) {
      await rateLimits.take(takingAll('strange'));
      const odd = [0, -1, -5, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53];
      const changes: readonly Partial<TakeCommand>[] = [
        ...odd.flatMap((number) => [{ cost: number }, { burst: number }, { intervalUs: number }]),
        ...[{ cost: 6 }, { intervalUs: 2 ** 52 }, { burst: 2 ** 40, intervalUs: 2 ** 40 }],
      ];
      for (const change of changes) {
        await assert.rejects(rateLimits.take(taking('strange', change)), TypeError, JSON.stringify(change));
      }
      assert.equal((await rateLimits.take(taking('strange'))).isAllowed, false);
      const wide = { burst: 2, intervalUs: 100 * 365 * 24 * 3_600_000_000 };
      const { isAllowed, remaining } = await rateLimits.take(taking('wide', wide));
      assert.deepEqual({ isAllowed, remaining }, { isAllowed: true, remaining: 1 });
    },
  },
  {
    name: 'of parallel commands as many are allowed as there are units, and each unit is taken once',
    async run({ stores: { rateLimits } }) {
      const outcomes = await inParallel(50, () => rateLimits.take(taking('raced')));
      const left = outcomes.filter(({ isAllowed }) => isAllowed).map(({ remaining }) => remaining);
      assert.deepEqual(
        left.sort((a, b) => a - b),
        [0, 1, 2, 3, 4],
      );
      for (const outcome of outcomes.filter(({ isAllowed }) => !isAllowed)) {
        const refused = { isAllowed: false, remaining: 0, retryAfterMs: 1000, resetAfterMs: 5000 };
        assert.deepEqual(outcome, refused);
      }
    },
  },
  {
    name: 'parallel commands of different costs never take more than there is',
    async run({ stores: { rateLimits } }) {
      const outcomes = await inParallel(24, async (index) => {
        const cost = 1 + (index % 3);
        return (await rateLimits.take(taking('mixed', { cost, burst: 20 }))).isAllowed ? cost : 0;
      });
      const sum = outcomes.reduce((total, cost) => total + cost, 0);
      const { remaining } = await rateLimits.take(taking('mixed', { cost: 20, burst: 20 }));
      assert.equal(sum + remaining, 20);
      assert.ok(remaining < 3, 'somebody was refused what was there');
    },
  },
  {
    name: 'keys count for themselves, also long ones, those of every script, and those that look alike',
    async run({ stores: { rateLimits } }) {
      const keys = ['a', 'A', 'a:b', 'a:', ':a', ' a', '', unicodeText, longestText('a'), longestText('b')];
      for (const key of keys) assert.equal((await rateLimits.take(takingAll(key))).isAllowed, true, key);
      for (const key of keys) assert.equal((await rateLimits.take(taking(key))).isAllowed, false, key);
    },
  },
  {
    name: 'a key that no database holds is refused, so that it shares its units with no other',
    async run({ stores: { rateLimits } }) {
      for (const hostile of unstorableTexts) {
        await assert.rejects(rateLimits.take(taking(hostile)), TypeError);
      }
    },
  },
  {
    name: 'reset gives all units of one key back, and is no outage for a key that nobody used',
    async run({ stores: { rateLimits } }) {
      for (const key of ['a', 'b']) await rateLimits.take(takingAll(key));
      assert.equal(await rateLimits.reset('a'), undefined);
      await rateLimits.reset('nobody used it');
      assert.equal((await rateLimits.take(takingAll('a'))).isAllowed, true);
      assert.equal((await rateLimits.take(taking('b'))).isAllowed, false);
    },
  },
];

async function deleteAllExpired(rateLimits: RateLimitStore): Promise<void> {
  while ((await rateLimits.deleteExpired(2)) > 0);
}

const cleanup: readonly StoreCase[] = [
  {
    name: 'no key goes 1 ms before all its units are back',
    async run({ stores: { rateLimits }, clock }) {
      await rateLimits.take(takingAll('counting'));
      clock.advance(4_999);
      assert.equal(await rateLimits.deleteExpired(10), 0);
      assert.deepEqual(await rateLimits.take(takingAll('counting')), {
        isAllowed: false,
        remaining: 4,
        retryAfterMs: 1,
        resetAfterMs: 1,
      });
    },
  },
  {
    name: 'no key goes a microsecond before all its units are back',
    async run({ stores: { rateLimits }, clock }) {
      const command = taking('counting', { intervalUs: 1_000_001, burst: 1 });
      await rateLimits.take(command);
      clock.advance(1_000);
      await deleteAllExpired(rateLimits);
      assert.equal((await rateLimits.take(command)).isAllowed, false);
    },
  },
  {
    name: 'deletes at most limit keys, ends, and takes none that counts',
    async run({ stores: { rateLimits }, clock }) {
      for (let index = 0; index < 5; index++) await rateLimits.take(taking(`k${index}`));
      await rateLimits.take(takingAll('counting'));
      clock.advance(1_000);
      const deleted = await rateLimits.deleteExpired(2);
      assert.ok(deleted <= 2, `${deleted} deleted where 2 was the limit`);
      await deleteAllExpired(rateLimits);
      assert.equal(await rateLimits.deleteExpired(2), 0);
      assert.equal((await rateLimits.take(takingAll('counting'))).remaining, 1);
      assert.equal((await rateLimits.take(takingAll('k0'))).isAllowed, true);
    },
  },
];

/** What every `RateLimitStore` must do. */
export const rateLimitStoreChapters: readonly StoreChapter[] = [
  { name: 'rate limits by the clock', cases: vectors },
  { name: 'take and reset', cases: taken },
  { name: 'deleteExpired of rate limits', cases: cleanup },
];
