import { hmacSha256 } from '../../crypto/hash.js';
import type { KeyRing } from '../../crypto/key-ring.js';
import { AuthError } from '../../errors.js';
import { networkOf } from '../../ip-address.js';
import type { RateLimitStore } from '../../stores/rate-limit-store.js';
import type { CountedLimit } from './rate-limit.js';
import { type RateLimitZone, type RateLimitZonesOptions, readRateLimitZones } from './rate-limit-zones.js';

/** Whose requests are counted. */
export type RateLimitSubject =
  /** A client by its network; one without an address is not counted. */
  | { readonly tenantId: string; readonly ip: string | null }
  /** An account by its id or canonical address of mail, apart for each `lane`. */
  | { readonly tenantId: string; readonly account: string; readonly lane?: string };

/** What became of a request to do something. */
export interface RateLimitOutcome {
  readonly isAllowed: boolean;
  /** Which zone, and the strictest of its limits at this moment. */
  readonly zone: RateLimitZone;
  readonly count: number;
  readonly perSeconds: number;
  readonly remaining: number;
  /** 0 if it was allowed. */
  readonly retryAfterSeconds: number;
  readonly resetAfterSeconds: number;
}

/** The limits of one app. */
export interface RateLimits {
  /** Takes one unit from every limit of the zone. @throws `AuthError` `store_unavailable`. */
  take(zone: RateLimitZone, subject: RateLimitSubject): Promise<RateLimitOutcome>;
  /** Takes one unit or refuses. @throws `AuthError` `rate_limited` with `retryAfterSeconds`; `store_unavailable`. */
  require(zone: RateLimitZone, subject: RateLimitSubject): Promise<void>;
  /** Gives all units of the zone back, as after a success. @throws `AuthError` `store_unavailable`. */
  reset(zone: RateLimitZone, subject: RateLimitSubject): Promise<void>;
}

/** What limits are made of. */
export interface RateLimitsOptions {
  readonly store: RateLimitStore;
  /** `'off'`: everything is allowed, without I/O. */
  readonly zones: RateLimitZonesOptions | 'off';
  readonly keyRing: KeyRing;
  /** Told of the first refusal, and not again before all units could be back. */
  readonly onExceeded: (zone: RateLimitZone, subject: RateLimitSubject) => Promise<void>;
}

/** NIST SP 800-63B-4 §3.2.2: after 100 failures in a row an authenticator opens nothing. One comes back each year. */
const lock: CountedLimit = {
  count: 100,
  burst: 100,
  perSeconds: 36_500 * 86_400,
  intervalUs: 365 * 86_400_000_000,
};

/**
 * Limits over a store. Addresses and accounts are in its keys as keyed digests only.
 *
 * @throws `TypeError` naming the option that is not acceptable.
 */
export function createRateLimits({ store, zones, keyRing, onExceeded }: RateLimitsOptions): RateLimits {
  const limits = readRateLimitZones(zones === 'off' ? {} : zones);
  // Last, so that what another limit refuses is no failure: nothing was tried.
  const limitsOf = (zone: RateLimitZone) =>
    zone === 'signIn' || zone === 'secondFactor' ? [...limits[zone], lock] : limits[zone];
  const isCounted = (subject: RateLimitSubject) =>
    zones !== 'off' && ('account' in subject || subject.ip !== null);

  const keyOf = (zone: RateLimitZone, subject: RateLimitSubject): string => {
    // A client has one budget, whatever tenant it says it is for.
    const parts =
      'account' in subject
        ? ['account', subject.tenantId, subject.account, subject.lane ?? '']
        : ['client', networkOf(subject.ip ?? '')];
    return `${zone}:${hmacSha256(keyRing.activeKey('rate-limit'), ...parts).toString('base64url')}`;
  };

  const tellOnce = async (
    zone: RateLimitZone,
    subject: RateLimitSubject,
    key: string,
    limit: CountedLimit,
  ) => {
    const { burst, intervalUs } = limit;
    const told = { key: `${key}:told`, intervalUs: burst * intervalUs, burst: 1, cost: 1 };
    if ((await store.take(told)).isAllowed) await onExceeded(zone, subject);
  };

  const take = async (zone: RateLimitZone, subject: RateLimitSubject): Promise<RateLimitOutcome> => {
    const outcomes: RateLimitOutcome[] = [];
    const key = keyOf(zone, subject);
    const counted = isCounted(subject) ? limitsOf(zone) : [];
    for (const [at, limit] of counted.entries()) {
      const { burst, intervalUs, count, perSeconds } = limit;
      const taken = await store.take({ key: `${key}:${at}`, intervalUs, burst, cost: 1 });
      const outcome = {
        ...{ zone, count, perSeconds, isAllowed: taken.isAllowed, remaining: taken.remaining },
        retryAfterSeconds: Math.ceil(taken.retryAfterMs / 1000),
        resetAfterSeconds: Math.ceil(taken.resetAfterMs / 1000),
      };
      if (!taken.isAllowed) {
        await tellOnce(zone, subject, `${key}:${at}`, limit);
        return outcome;
      }
      outcomes.push(outcome);
    }
    const [first = unlimited(zone), ...others] = outcomes;
    return others.reduce((least, next) => (next.remaining < least.remaining ? next : least), first);
  };

  return {
    take,

    async require(zone, subject) {
      const { isAllowed, retryAfterSeconds, count, perSeconds } = await take(zone, subject);
      if (isAllowed) return;
      throw new AuthError('rate_limited', { retryAfterSeconds, limit: { name: zone, count, perSeconds } });
    },

    async reset(zone, subject) {
      if (!isCounted(subject)) return;
      const key = keyOf(zone, subject);
      await Promise.all(
        limitsOf(zone).flatMap((_limit, at) => [
          store.reset(`${key}:${at}`),
          store.reset(`${key}:${at}:told`),
        ]),
      );
    },
  };
}

function unlimited(zone: RateLimitZone): RateLimitOutcome {
  const none = { count: 0, perSeconds: 0, remaining: 0, retryAfterSeconds: 0, resetAfterSeconds: 0 };
  return { isAllowed: true, zone, ...none };
}
