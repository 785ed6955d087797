import type { Clock } from '@tessera-auth/core';
import {
  outcomeOfTake,
  type RateLimitStore,
  type TakeCommand,
  type TakeOutcome,
} from '@tessera-auth/core/stores';
import { brokenLimits, type Defect, letOthersGoFirst } from './defect.js';

/** Runs each command changed by `change`. */
function withCommand(change: (command: TakeCommand) => Partial<TakeCommand>): Defect['open'] {
  return brokenLimits((limits) => ({ take: (command) => limits.take({ ...command, ...change(command) }) }));
}

/** Gives each outcome changed by `change`. */
function withOutcome(change: (outcome: TakeOutcome) => Partial<TakeOutcome>): Defect['open'] {
  return brokenLimits((limits) => ({
    async take(command) {
      const outcome = await limits.take(command);
      return { ...outcome, ...change(outcome) };
    },
  }));
}

/** Limits as memory has them, but for one thing. */
function ownLimits(
  clock: Clock,
  how: {
    /** What becomes of an instant that is written. */
    readonly keep?: (atUs: number) => number;
    /** What comes between reading and writing. */
    readonly beforeWriting?: () => Promise<void>;
    /** How much too early keys are cleaned up. */
    readonly earlyUs?: number;
  },
): RateLimitStore {
  const { keep = (atUs) => atUs, beforeWriting = async () => {}, earlyUs = 0 } = how;
  const instants = new Map<string, number>();
  return {
    async take(command) {
      const { key, intervalUs, burst, cost } = command;
      const nowUs = clock.now() * 1000;
      const at = Math.max(instants.get(key) ?? 0, nowUs);
      const next = at + cost * intervalUs;
      const isAllowed = next - burst * intervalUs <= nowUs;
      await beforeWriting();
      if (isAllowed) instants.set(key, keep(next));
      return outcomeOfTake(command, { isAllowed, untilFullUs: (isAllowed ? next : at) - nowUs });
    },
    async reset(key) {
      instants.delete(key);
    },
    async deleteExpired(limit) {
      const soonUs = clock.now() * 1000 + earlyUs;
      const expired = [...instants].filter(([, at]) => at <= soonUs).slice(0, limit);
      for (const [key] of expired) instants.delete(key);
      return expired.length;
    },
  };
}

const fiveAMinute =
  'rate limits by the clock > five a minute: five at once, then one every twelve seconds, to the millisecond';

/** Mistakes of rate limit stores. */
export const rateLimitDefects: readonly Defect[] = [
  {
    name: 'keeps whole milliseconds of an interval',
    noticedBy: 'rate limits by the clock > one microsecond over a second counts',
    open: withCommand(({ intervalUs }) => ({
      intervalUs: Math.max(Math.floor(intervalUs / 1000), 1) * 1000,
    })),
  },
  {
    name: 'keeps fourteen digits of an instant, as Lua writes numbers',
    noticedBy: 'rate limits by the clock > one microsecond over a second counts',
    open: brokenLimits((_, clock) => ownLimits(clock, { keep: (at) => Number(at.toPrecision(14)) })),
  },
  {
    name: 'rounds down how long to wait',
    noticedBy:
      'rate limits by the clock > seven a minute: parts of a millisecond are kept, and answers rounded up',
    open: withOutcome(({ retryAfterMs }) => ({ retryAfterMs: Math.max(retryAfterMs - 1, 0) })),
  },
  {
    name: 'allows one more than the burst',
    noticedBy: fiveAMinute,
    open: withCommand(({ burst }) => ({ burst: burst + 1 })),
  },
  {
    name: 'counts in windows: all units come back at once',
    noticedBy: fiveAMinute,
    open: brokenLimits((limits, clock) => {
      let windowMs = 0;
      return {
        async take(command) {
          const { intervalUs, burst } = command;
          if (clock.now() - windowMs >= intervalUs / 1000 - 1) await limits.reset(command.key);
          windowMs = clock.now();
          return limits.take({ ...command, burst });
        },
      };
    }),
  },
  {
    name: 'takes what it refuses',
    noticedBy: 'rate limits by the clock > a command that is refused takes nothing, however often it comes',
    open: brokenLimits((limits) => ({
      async take(command) {
        const outcome = await limits.take(command);
        if (!outcome.isAllowed) await limits.take({ ...command, burst: command.burst + 1 });
        return outcome;
      },
    })),
  },
  {
    name: 'takes as much of a cost as there is',
    noticedBy: 'rate limits by the clock > a cost of several is taken as a whole or not at all',
    open: brokenLimits((limits) => ({
      async take(command) {
        let outcome = await limits.take({ ...command, cost: 1 });
        for (let unit = 1; unit < command.cost; unit++) outcome = await limits.take({ ...command, cost: 1 });
        return outcome;
      },
    })),
  },
  {
    name: 'gives units back when the clock steps back',
    noticedBy: 'rate limits by the clock > a clock that steps back gives no units back, and takes none',
    open: brokenLimits((limits, clock) => {
      let lastMs = clock.now();
      return {
        async take(command) {
          if (clock.now() < lastMs) await limits.reset(command.key);
          lastMs = clock.now();
          return limits.take(command);
        },
      };
    }),
  },
  {
    name: 'forgets a key after a day',
    noticedBy: 'rate limits by the clock > two a year: the longest waits are exact too',
    open: brokenLimits((limits, clock) => {
      let lastMs = clock.now();
      return {
        async take(command) {
          if (clock.now() - lastMs > 86_400_000) await limits.reset(command.key);
          lastMs = clock.now();
          return limits.take(command);
        },
      };
    }),
  },
  {
    name: 'saves units up over the burst',
    noticedBy: 'rate limits by the clock > whoever stays away for ten years has the burst and no more',
    open: brokenLimits((limits, clock) => {
      const startMs = clock.now();
      return {
        take: (command) =>
          limits.take({ ...command, burst: command.burst + (clock.now() > startMs ? command.burst : 0) }),
      };
    }),
  },
  {
    name: 'begins anew when the limit changes',
    noticedBy: 'rate limits by the clock > what was taken stays taken when the limit changes',
    open: withCommand(({ key, burst }) => ({ key: `${key}:${burst}` })),
  },
  {
    name: 'reads what is left and writes it later',
    noticedBy:
      'take and reset > of parallel commands as many are allowed as there are units, and each unit is taken once',
    open: brokenLimits((_, clock) => ownLimits(clock, { beforeWriting: letOthersGoFirst })),
  },
  {
    name: 'counts keys without regard to case',
    noticedBy:
      'take and reset > keys count for themselves, also long ones, those of every script, and those that look alike',
    open: withCommand(({ key }) => ({ key: key.toLowerCase() })),
  },
  {
    name: 'cuts keys after 200 characters',
    noticedBy:
      'take and reset > keys count for themselves, also long ones, those of every script, and those that look alike',
    open: withCommand(({ key }) => ({ key: key.slice(0, 200) })),
  },
  {
    name: 'takes any key, and makes one of those it cannot tell apart',
    noticedBy:
      'take and reset > a key that no database holds is refused, so that it shares its units with no other',
    open: withCommand(({ key }) => ({ key: key.replaceAll(/[\0\p{Surrogate}]/gu, '?').slice(0, 255) })),
  },
  {
    name: 'resets every key',
    noticedBy:
      'take and reset > reset gives all units of one key back, and is no outage for a key that nobody used',
    open: brokenLimits((limits) => {
      const keys = new Set<string>();
      return {
        take(command) {
          keys.add(command.key);
          return limits.take(command);
        },
        async reset() {
          for (const key of keys) await limits.reset(key);
        },
      };
    }),
  },
  {
    name: 'cleans up keys 1 ms early',
    noticedBy: 'deleteExpired of rate limits > no key goes 1 ms before all its units are back',
    open: brokenLimits((_, clock) => ownLimits(clock, { earlyUs: 1000 })),
  },
  {
    name: 'cleans up keys by whole milliseconds',
    noticedBy: 'deleteExpired of rate limits > no key goes a microsecond before all its units are back',
    open: brokenLimits((_, clock) => ownLimits(clock, { earlyUs: 999 })),
  },
  {
    name: 'cleans up keys without a limit',
    noticedBy: 'deleteExpired of rate limits > deletes at most limit keys, ends, and takes none that counts',
    open: brokenLimits((limits) => ({ deleteExpired: () => limits.deleteExpired(1_000_000) })),
  },
];
