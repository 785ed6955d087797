import type { DescribedStore } from './store-traits.js';

/** Takes units from a limit. */
export interface TakeCommand {
  /** What is counted, such as `sign_in:ip:192.0.2.1`: up to 255 characters. Digests where the name itself is personal. */
  readonly key: string;
  /**
   * One unit comes back after this many microseconds: a whole number, at least 1. Five a minute is 12,000,000. All units
   * together come back within 200 years.
   */
  readonly intervalUs: number;
  /** How many units there are at most, to be taken at once: a whole number, at least 1. */
  readonly burst: number;
  /** How many are taken: a whole number from 1 to `burst`. */
  readonly cost: number;
}

/** What became of a {@link TakeCommand}. */
export interface TakeOutcome {
  /** The units were taken. Otherwise none was, and nothing changed. */
  readonly isAllowed: boolean;
  /** Whole units that are left after it. */
  readonly remaining: number;
  /** After how many milliseconds the same command would be allowed, rounded up; 0 if it was. */
  readonly retryAfterMs: number;
  /** After how many milliseconds all units are back, rounded up. */
  readonly resetAfterMs: number;
}

/**
 * Counts what may be done only so often, by the generic cell rate algorithm (GCRA, ITU-T I.371): a bucket of `burst` units
 * that fills by one per interval, kept as one instant.
 *
 * With `at` as the stored instant, in whole microseconds, or now if that is later: `next = at + cost * intervalUs`; allowed
 * if `next - burst * intervalUs <= now`, and then `next` is stored. All arithmetic is in whole numbers below 2^53, so every
 * store gives the same answers.
 *
 * - Missing: all units are there. Two callers at once: each unit is taken once.
 * - A command that runs twice (a driver that resends) takes twice: a limit errs on the strict side.
 * - Time: the store's own clock, in milliseconds, decides within the step. A clock that steps back gives no units back.
 */
export interface RateLimitStore extends DescribedStore {
  /** @throws `TypeError` naming what is not as {@link TakeCommand} says: no store may take it for an outage, or give units back. */
  take(command: TakeCommand): Promise<TakeOutcome>;

  /** Gives all units of a key back, as after a success. */
  reset(key: string): Promise<void>;

  /** Deletes at most `limit` keys whose units are all back. @returns how many; fewer than `limit` means all done. */
  deleteExpired(limit: number): Promise<number>;
}

const maxBucketUs = 200 * 365 * 24 * 3_600 * 1_000_000;

/**
 * Insists on numbers that every store can count with, for stores to call first.
 *
 * @throws `TypeError` naming the one that is not acceptable.
 */
export function requireTakeCommand({ intervalUs, burst, cost }: TakeCommand): void {
  for (const [name, value] of Object.entries({ intervalUs, burst, cost })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new TypeError(`${name}: expected a whole number of at least 1`);
    }
  }
  if (cost > burst) throw new TypeError('cost: must be at most burst');
  if (burst * intervalUs > maxBucketUs)
    throw new TypeError('burst, intervalUs: must refill within 200 years');
}

/**
 * For stores: what a command came to, from whether its units were taken and after how many microseconds all units are back.
 */
export function outcomeOfTake(
  { intervalUs, burst, cost }: TakeCommand,
  { isAllowed, untilFullUs }: { readonly isAllowed: boolean; readonly untilFullUs: number },
): TakeOutcome {
  return {
    isAllowed,
    remaining: Math.max(Math.floor((burst * intervalUs - untilFullUs) / intervalUs), 0),
    retryAfterMs: isAllowed ? 0 : Math.ceil((untilFullUs + (cost - burst) * intervalUs) / 1000),
    resetAfterMs: Math.ceil(untilFullUs / 1000),
  };
}
