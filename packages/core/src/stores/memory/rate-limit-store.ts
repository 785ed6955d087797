import { type Clock, systemClock } from '../../clock.js';
import { outcomeOfTake, type RateLimitStore, requireTakeCommand } from '../rate-limit-store.js';
import { requireStorableIds } from '../storable-ids.js';
import { deleteWhere } from './delete-where.js';

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
      const isAllowed = next - burst * intervalUs <= nowUs;
      if (isAllowed) fullAtUs.set(key, next);
      return outcomeOfTake(command, { isAllowed, untilFullUs: (isAllowed ? next : at) - nowUs });
    },

    async reset(key) {
      fullAtUs.delete(key);
    },

    async deleteExpired(limit) {
      const nowUs = clock.now() * 1000;
      return deleteWhere(fullAtUs, (at) => at <= nowUs, limit);
    },
  };
}
