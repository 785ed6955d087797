import {
  areStorableIds,
  type RateLimitStore,
  requireStorableIds,
  requireTakeCommand,
} from '@tessera-auth/core/stores';
import { resetScript, takeScript } from './scripts/rate-limits.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** The rate limits in Redis: one script each, judged by the server's clock. */
export function createRateLimitStore({ database, keys }: StoreContext): RateLimitStore {
  return {
    traits,

    async take(command) {
      requireTakeCommand(command);
      const { key, intervalUs, burst, cost } = command;
      requireStorableIds({ key });
      const [isAllowed, remaining, retryAfterMs, resetAfterMs] = await database.run<
        [isAllowed: number, remaining: number, retryAfterMs: number, resetAfterMs: number]
      >(takeScript, [keys.limit(key)], [intervalUs, burst, cost]);
      return { isAllowed: isAllowed === 1, remaining, retryAfterMs, resetAfterMs };
    },

    async reset(key) {
      if (!areStorableIds(key)) return;
      await database.run(resetScript, [keys.limit(key)], []);
    },

    // A key goes by itself when all units are back.
    deleteExpired: async () => 0,
  };
}
