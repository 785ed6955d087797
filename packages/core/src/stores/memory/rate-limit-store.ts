import { type Clock, systemClock } from '../../clock.js';
import { type RateLimitStore, requireTakeCommand } from '../rate-limit-store.js';
import { requireStorableIds } from './require-storable-ids.js';

/** The rate limits of one process; the reference that adapters are measured against. */
export function createMemoryRateLimitStore(options: { readonly clock?: Clock } = {}): RateLimitStore {
  const clock = options.clock ?? systemClock;
  /** For each key, when all its units are back: microseconds since the Unix epoch. */
  const fullAtUs = new Map<string, number>();

  return {
    traits: { medium: 'memory', durability: 'process' },

    async take(command) {
      requireTakeCommand(command);
      const { key, intervalUs, burst, cost } = command;
      requireStorableIds({ key });
      const nowUs = clock.now() * 1000;
      const at = Math.max(fullAtUs.get(key) ?? 0, nowUs);
      const next = at + cost * intervalUs;
      const excessUs = next - burst * intervalUs - nowUs;
      const isAllowed = excessUs <= 0;
      if (isAllowed) fullAtUs.set(key, next);
      const takenUs = (isAllowed ? next : at) - nowUs;
      return {
        isAllowed,
        remaining: Math.max(Math.floor((burst * intervalUs - takenUs) / intervalUs), 0),
        retryAfterMs: isAllowed ? 0 : Math.ceil(excessUs / 1000),
        resetAfterMs: Math.ceil(takenUs / 1000),
      };
    },

    async reset(key) {
      fullAtUs.delete(key);
    },

    async deleteExpired(limit) {
      const nowUs = clock.now() * 1000;
      let deleted = 0;
      for (const [key, at] of fullAtUs) {
        if (deleted === limit) break;
        if (at > nowUs) continue;
        fullAtUs.delete(key);
        deleted++;
      }
      return deleted;
    },
  };
}
