import { type Duration, parseDuration } from '../../duration.js';

/** How long sessions live and how they rotate. */
export interface SessionPolicyOptions {
  /** Nothing of a session outlives this, however busy it is (ASVS 7.3.2). Default `'90d'`, at most `'400d'`. */
  readonly absoluteLifetime?: Duration;
  /** A session unused for this long ends (ASVS 7.3.1). Default `'30d'`. */
  readonly idleLifetime?: Duration;
  /** The same for sessions held in browser cookies. Default `'7d'`. */
  readonly browserIdleLifetime?: Duration;
  /** A refresh token younger than this is answered with itself. Default `'12s'`; never shorter than the grace. */
  readonly rotationFloor?: Duration;
  /** For this long after a rotation its predecessor gets the same successor. Default `'10s'`, at most `'60s'`. */
  readonly rotationGrace?: Duration;
  /** At most this many live sessions a user; the least recently seen make room. Default 100. */
  readonly maxSessions?: number;
  /** What ends when a spent refresh token comes back: its session, or every session of its user. Default `'session'`. */
  readonly onReuse?: 'session' | 'user';
}

/** The policy in force, in milliseconds. */
export interface SessionPolicy {
  readonly absoluteLifetimeMs: number;
  readonly idleLifetimeMs: number;
  readonly browserIdleLifetimeMs: number;
  readonly rotationFloorMs: number;
  readonly rotationGraceMs: number;
  /** For how long an attempt id gets its answer again: 24 hours. */
  readonly recoveryMs: number;
  readonly maxSessions: number;
  readonly endsAllOnReuse: boolean;
}

/**
 * The policy that `options` asks for.
 *
 * @throws `TypeError` naming the option that is out of range.
 */
export function readSessionPolicy(options: SessionPolicyOptions): SessionPolicy {
  const lifetime = { min: '1s', max: '400d' } as const;
  const policy: SessionPolicy = {
    absoluteLifetimeMs: parseDuration('absoluteLifetime', options.absoluteLifetime ?? '90d', lifetime),
    idleLifetimeMs: parseDuration('idleLifetime', options.idleLifetime ?? '30d', lifetime),
    browserIdleLifetimeMs: parseDuration(
      'browserIdleLifetime',
      options.browserIdleLifetime ?? '7d',
      lifetime,
    ),
    rotationFloorMs: parseDuration('rotationFloor', options.rotationFloor ?? '12s', { max: '10m' }),
    rotationGraceMs: parseDuration('rotationGrace', options.rotationGrace ?? '10s', { max: '60s' }),
    recoveryMs: parseDuration('recovery', '24h'),
    maxSessions: options.maxSessions ?? 100,
    endsAllOnReuse: options.onReuse === 'user',
  };
  // With a shorter floor two rotations fit into one grace, and honest stragglers look like thieves.
  if (policy.rotationFloorMs < policy.rotationGraceMs) {
    throw new TypeError('rotationFloor: must not be shorter than rotationGrace');
  }
  if (!Number.isInteger(policy.maxSessions) || policy.maxSessions < 1 || policy.maxSessions > 10_000) {
    throw new TypeError('maxSessions: expected a whole number from 1 to 10000');
  }
  if (options.onReuse !== undefined && options.onReuse !== 'session' && options.onReuse !== 'user') {
    throw new TypeError("onReuse: expected 'session' or 'user'");
  }
  return policy;
}
