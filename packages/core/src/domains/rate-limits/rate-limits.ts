import { hmacSha256 } from '../../crypto/hash.js';
import type { KeyRing } from '../../crypto/key-ring.js';
import { AuthError } from '../../errors.js';
import type { RequestSource } from '../../events.js';
import { networkOf } from '../../ip-address.js';
import type { RateLimitStore } from '../../stores/rate-limit-store.js';
import { type CountedLimit, type RateLimit, readRateLimit } from './rate-limit.js';
import { type RateLimitZone, type RateLimitZonesOptions, readRateLimitZones } from './rate-limit-zones.js';

/** Whose requests are counted. */
export type RateLimitSubject =
  /** A client by its network; one without an address is not counted. */
  | { readonly tenantId: string; readonly ip: string | null }
  /** An account by its id or canonical address of mail, apart for each `lane`. */
  | {
      readonly tenantId: string;
      readonly account: string;
      readonly lane?: string;
      /** What is tried has 64 random bits or more: 100 failures lock nothing (NIST SP 800-63B-4 §3.1.2.2). Default `false`. */
      readonly neverLocks?: boolean;
    };

/** What became of a request to do something. */
export interface RateLimitOutcome {
  readonly isAllowed: boolean;
  /** Which zone, and the strictest of its limits at this moment. */
  readonly zone: string;
  readonly count: number;
  readonly perSeconds: number;
  readonly remaining: number;
  /** 0 if it was allowed. */
  readonly retryAfterSeconds: number;
  readonly resetAfterSeconds: number;
}

/** A zone of the app's own. */
export interface OwnZone {
  readonly name: string;
  readonly limits: readonly CountedLimit[];
}

/** The limits of one app. */
export interface RateLimits {
  /** What is in force: of each zone the limits that all hold. */
  readonly zones: Readonly<Record<RateLimitZone, readonly CountedLimit[]>> | 'off';
  /**
   * Takes one unit from every limit of the zone.
   *
   * @param sourceOf the request that asks, for what is recorded of a refusal.
   * @throws `AuthError` `store_unavailable`.
   */
  take(
    zone: RateLimitZone | OwnZone,
    subject: RateLimitSubject,
    sourceOf?: () => RequestSource,
  ): Promise<RateLimitOutcome>;
  /** Takes one unit or refuses. @throws `AuthError` `rate_limited` with `retryAfterSeconds`; `store_unavailable`. */
  require(
    zone: RateLimitZone | OwnZone,
    subject: RateLimitSubject,
    sourceOf?: () => RequestSource,
  ): Promise<void>;
  /** Gives all units of the zone back, as after a success. @throws `AuthError` `store_unavailable`. */
  reset(zone: RateLimitZone, subject: RateLimitSubject): Promise<void>;
  /**
   * Gives the units back that would come back within days, and leaves the count of 100 failures in a row: only a success ends
   * that. @throws `AuthError` `store_unavailable`.
   */
  relieve(zone: RateLimitZone, subject: RateLimitSubject): Promise<void>;
  /**
   * A zone for the app's own use, counted apart from all others. Without limits, the zone with that name.
   *
   * @throws `TypeError` when the name or a limit is not acceptable.
   */
  define(name: string, limit?: RateLimit | readonly RateLimit[]): RateLimitZone | OwnZone;
}

/** What limits are made of. */
export interface RateLimitsOptions {
  readonly store: RateLimitStore;
  /** `'off'`: everything is allowed, without I/O. */
  readonly zones: RateLimitZonesOptions | 'off';
  readonly keyRing: KeyRing;
  /** Told of the first refusal, and not again before all units could be back. */
  readonly onExceeded: (zone: string, subject: RateLimitSubject, source?: RequestSource) => Promise<void>;
  /** Told when 100 failures in a row are reached, and not again before it could be lifted. */
  readonly onLocked: (zone: string, subject: RateLimitSubject, source?: RequestSource) => Promise<void>;
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
export function createRateLimits({
  store,
  zones,
  keyRing,
  onExceeded,
  onLocked,
}: RateLimitsOptions): RateLimits {
  const limits = readRateLimitZones(zones === 'off' ? {} : zones);
  // Last, so that what another limit refuses is no failure: nothing was tried.
  const limitsOf = (zone: RateLimitZone | OwnZone, subject: RateLimitSubject) => {
    if (typeof zone === 'object') return zone.limits;
    const locks = (zone === 'signIn' || zone === 'secondFactor') && !isUnguessable(subject);
    return locks ? [...limits[zone], lock] : limits[zone];
  };
  const nameOf = (zone: RateLimitZone | OwnZone) => (typeof zone === 'object' ? zone.name : zone);
  const isCounted = (subject: RateLimitSubject) =>
    zones !== 'off' && ('account' in subject || subject.ip !== null);

  const keyOf = (zone: RateLimitZone | OwnZone, subject: RateLimitSubject): string => {
    // A client has one budget, whatever tenant it says it is for.
    const parts =
      'account' in subject
        ? ['account', subject.tenantId, subject.account, subject.lane ?? '']
        : ['client', networkOf(subject.ip ?? '')];
    const name = typeof zone === 'object' ? `own-${zone.name}` : zone;
    return `${name}:${hmacSha256(keyRing.activeKey('rate-limit'), ...parts).toString('base64url')}`;
  };

  const tellOnce = async (
    zone: string,
    subject: RateLimitSubject,
    {
      key,
      limit,
      sourceOf,
    }: { key: string; limit: CountedLimit; sourceOf?: (() => RequestSource) | undefined },
  ) => {
    const { burst, intervalUs } = limit;
    const told = { key: `${key}:told`, intervalUs: burst * intervalUs, burst: 1, cost: 1 };
    if (!(await store.take(told)).isAllowed) return;
    try {
      await (limit === lock ? onLocked : onExceeded)(zone, subject, sourceOf?.());
    } catch (error) {
      // Whoever is refused next tells it. Where this fails too, nobody does before all units are back.
      await store.reset(told.key).catch(() => {});
      throw error;
    }
  };

  const take: RateLimits['take'] = async (zone, subject, sourceOf) => {
    const name = nameOf(zone);
    const outcomes: RateLimitOutcome[] = [];
    const key = keyOf(zone, subject);
    const counted = isCounted(subject) ? limitsOf(zone, subject) : [];
    for (const [at, limit] of counted.entries()) {
      const { burst, intervalUs, count, perSeconds } = limit;
      const taken = await store.take({ key: `${key}:${at}`, intervalUs, burst, cost: 1 });
      const outcome = {
        ...{ zone: name, count, perSeconds, isAllowed: taken.isAllowed, remaining: taken.remaining },
        retryAfterSeconds: Math.ceil(taken.retryAfterMs / 1000),
        resetAfterSeconds: Math.ceil(taken.resetAfterMs / 1000),
      };
      if (!taken.isAllowed) {
        await tellOnce(name, subject, { key: `${key}:${at}`, limit, sourceOf });
        return outcome;
      }
      outcomes.push(outcome);
    }
    const [first = unlimited(name), ...others] = outcomes;
    return others.reduce((least, next) => (next.remaining < least.remaining ? next : least), first);
  };

  const giveBack = async (zone: RateLimitZone, subject: RateLimitSubject, but?: CountedLimit) => {
    if (!isCounted(subject)) return;
    const key = keyOf(zone, subject);
    await Promise.all(
      limitsOf(zone, subject).flatMap((limit, at) =>
        limit === but ? [] : [store.reset(`${key}:${at}`), store.reset(`${key}:${at}:told`)],
      ),
    );
  };

  return {
    zones: zones === 'off' ? zones : limits,
    take,

    define(name, limit) {
      if (limit === undefined) {
        if (!Object.hasOwn(limits, name)) throw new TypeError('rateLimit.limit: missing');
        return name as RateLimitZone;
      }
      if (!/^[A-Za-z][A-Za-z0-9-]{0,31}$/.test(name))
        throw new TypeError('rateLimit.name: expected up to 32 letters, digits and dashes');
      return {
        name,
        limits: [limit].flat().map((one) => readRateLimit('rateLimit.limit', one as RateLimit)),
      };
    },

    async require(zone, subject, sourceOf) {
      const { isAllowed, retryAfterSeconds, count, perSeconds } = await take(zone, subject, sourceOf);
      if (isAllowed) return;
      const limit = { name: nameOf(zone), count, perSeconds };
      throw new AuthError('rate_limited', { retryAfterSeconds, limit });
    },

    reset: (zone, subject) => giveBack(zone, subject),
    relieve: (zone, subject) => giveBack(zone, subject, lock),
  };
}

function isUnguessable(subject: RateLimitSubject): boolean {
  return 'account' in subject && subject.neverLocks === true;
}

function unlimited(zone: string): RateLimitOutcome {
  const none = { count: 0, perSeconds: 0, remaining: 0, retryAfterSeconds: 0, resetAfterSeconds: 0 };
  return { isAllowed: true, zone, ...none };
}
