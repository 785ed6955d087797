import { type CountedLimit, type RateLimit, readRateLimit } from './rate-limit.js';

/**
 * What is counted:
 * - `signIn`: passwords tried on one account. Default 5 a minute (3 at once), 20 an hour and 50 a day.
 * - `signInClient`: passwords tried from one network, on whatever account. Default 20 a minute, 10 at once.
 * - `secondFactor`: codes tried on one account. Default 1 a minute, 20 an hour (10 at once) and 50 a day.
 * - `register`: accounts asked for from one network. Default 10 an hour, 5 at once.
 * - `recovery`: messages that others ask for, to one address of mail. Default 3 an hour. Asking on is answered as ever.
 * - `recoveryClient`: addresses for which one network has forgotten a password. Default 20 an hour, 10 at once.
 * - `api`: requests of one client. Default 100 a minute, 20 at once.
 */
export type RateLimitZone =
  | 'signIn'
  | 'signInClient'
  | 'secondFactor'
  | 'register'
  | 'recovery'
  | 'recoveryClient'
  | 'api';

/** What an app decides of the zones: each one limit, or several that all hold. What is left out has its default. */
export type RateLimitZonesOptions = Readonly<
  Partial<Record<RateLimitZone, RateLimit | readonly RateLimit[]>>
>;

const defaults = {
  signIn: [
    { count: 5, per: '1m', burst: 3 },
    { count: 20, per: '1h', burst: 10 },
    { count: 50, per: '1d', burst: 25 },
  ],
  signInClient: [{ count: 20, per: '1m', burst: 10 }],
  secondFactor: [
    { count: 1, per: '1m' },
    { count: 20, per: '1h', burst: 10 },
    { count: 50, per: '1d', burst: 25 },
  ],
  register: [{ count: 10, per: '1h', burst: 5 }],
  recovery: [{ count: 3, per: '1h' }],
  recoveryClient: [{ count: 20, per: '1h', burst: 10 }],
  api: [{ count: 100, per: '1m', burst: 20 }],
} as const satisfies Record<RateLimitZone, readonly RateLimit[]>;

/** @throws `TypeError` naming the option that is not acceptable. */
export function readRateLimitZones(
  options: RateLimitZonesOptions,
): Readonly<Record<RateLimitZone, readonly CountedLimit[]>> {
  for (const zone of Object.keys(options))
    if (!Object.hasOwn(defaults, zone)) throw new TypeError(`rateLimits.${zone}: there is no such zone`);
  const read = (zone: RateLimitZone): readonly CountedLimit[] => {
    const limits = [options[zone] ?? defaults[zone]].flat() as readonly RateLimit[];
    if (limits.length === 0) throw new TypeError(`rateLimits.${zone}: expected at least one limit`);
    return limits.map((limit) => readRateLimit(`rateLimits.${zone}`, limit));
  };
  return {
    signIn: read('signIn'),
    signInClient: read('signInClient'),
    secondFactor: read('secondFactor'),
    register: read('register'),
    recovery: read('recovery'),
    recoveryClient: read('recoveryClient'),
    api: read('api'),
  };
}

/** The zones that keep passwords, codes and addresses from being guessed. `api` keeps nobody from anything. */
const guessing = [
  'signIn',
  'signInClient',
  'secondFactor',
  'register',
  'recovery',
  'recoveryClient',
] as const satisfies readonly RateLimitZone[];

/**
 * The first zone against guessing that lets more through than by default, and the default limit that it does not keep; `null`
 * when there is none.
 *
 * Each default limit has to be kept by one limit of the app's own, with no larger burst and no faster refill. All limits of a zone
 * hold, so then no stretch of time lets more through, however long it is.
 *
 * @throws `TypeError` naming the option that is not acceptable.
 */
export function findWeakerZone(
  options: RateLimitZonesOptions,
): { readonly zone: RateLimitZone; readonly limit: CountedLimit } | null {
  const own = readRateLimitZones(options);
  const byDefault = readRateLimitZones({});
  for (const zone of guessing) {
    const limit = byDefault[zone].find(
      ({ burst, intervalUs }) =>
        !own[zone].some((kept) => kept.burst <= burst && kept.intervalUs >= intervalUs),
    );
    if (limit !== undefined) return { zone, limit };
  }
  return null;
}
