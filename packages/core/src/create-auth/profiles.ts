import { type Clock, systemClock } from '../clock.js';
import type { MfaOptions } from '../domains/mfa/index.js';
import type { PasswordsOptions } from '../domains/passwords/password-options.js';
import type { RateLimitZonesOptions } from '../domains/rate-limits/index.js';
import { findWeakerZone } from '../domains/rate-limits/rate-limit-zones.js';
import type { SessionPolicyOptions } from '../domains/sessions/index.js';
import { type Duration, parseDuration } from '../duration.js';
import type { AuthEvent } from '../events.js';
import type { EmailLinkOptions } from '../flows/index.js';
import type { Stores } from '../stores/stores.js';
import { writeLimit } from './write-limit.js';

/** Sets of defaults: `'default'`, or one for each level of OWASP ASVS 5.0. */
export type ProfileName = 'default' | 'asvs-l1' | 'asvs-l2' | 'asvs-l3';

/** What a profile sets: each value is the default and the weakest that is accepted. What is left out stays as it is. */
export interface ProfileSettings {
  readonly accessLifetime?: Duration;
  readonly absoluteLifetime?: Duration;
  /** In browsers and elsewhere. */
  readonly idleLifetime?: Duration;
  /** A spent refresh token ends every session of its user. */
  readonly endsAllOnReuse?: true;
  /** Of a link to a new password (ASVS 6.5.5). */
  readonly resetLifetime?: Duration;
  /** In code points. */
  readonly minLength?: number;
  /** Everybody has a second factor, from the first sign-in on (ASVS 6.3.3). */
  readonly requiresSecondFactor?: true;
  /** Of an authenticator app only the current code is good (ASVS 6.5.5). */
  readonly refusesPreviousCode?: true;
  /** Each sign-in takes both factors: no browser is remembered (SP 800-63B-4 §2.3). */
  readonly remembersNoDevice?: true;
  /** Registering does not say whether an account exists (ASVS 6.3.8), and people hear of what happens to theirs (ASVS 6.3.7). */
  readonly requiresEmailVerification?: true;
  /** What happens is recorded somewhere (ASVS 16.3.1). */
  readonly requiresRecords?: true;
  /** Hashes cheaper than OWASP's minimum are refused. */
  readonly refusesWeakArgon2?: true;
  /** Passwords, codes and addresses cannot be guessed more often than by default (ASVS 6.3.1). */
  readonly requiresRateLimits?: true;
  /** Over HTTP: `SameSite=Strict`, a CSRF token for all, cookies that end with the browser. */
  readonly strictCookies?: true;
  /** Over HTTP: how old a proof may be for what matters most (ASVS 7.5.1). */
  readonly stepUpWindow?: Duration;
  /** Over HTTP: the level whose demands on the headers of pages hold (ASVS 3.4). */
  readonly pageHeaders?: 1 | 2 | 3;
}

/**
 * Every profile. Lifetimes are those of SP 800-63B-4 §2 for AAL1, AAL2 and AAL3. Passwords keep 15 code points
 * everywhere: in a remembered browser they stand alone (ASVS 6.2.1).
 */
export const profiles: Readonly<Record<ProfileName, ProfileSettings>> = {
  default: {},
  'asvs-l1': {
    absoluteLifetime: '30d',
    accessLifetime: '15m',
    minLength: 15,
    refusesWeakArgon2: true,
    requiresRateLimits: true,
    pageHeaders: 1,
  },
  'asvs-l2': {
    absoluteLifetime: '24h',
    idleLifetime: '1h',
    accessLifetime: '15m',
    minLength: 15,
    resetLifetime: '10m',
    requiresSecondFactor: true,
    refusesPreviousCode: true,
    refusesWeakArgon2: true,
    requiresRateLimits: true,
    requiresRecords: true,
    strictCookies: true,
    stepUpWindow: '10m',
    pageHeaders: 2,
  },
  'asvs-l3': {
    absoluteLifetime: '12h',
    idleLifetime: '15m',
    accessLifetime: '5m',
    endsAllOnReuse: true,
    minLength: 15,
    resetLifetime: '10m',
    requiresSecondFactor: true,
    refusesPreviousCode: true,
    remembersNoDevice: true,
    requiresEmailVerification: true,
    refusesWeakArgon2: true,
    requiresRateLimits: true,
    requiresRecords: true,
    strictCookies: true,
    stepUpWindow: '10m',
    pageHeaders: 3,
  },
};

/** The options that profiles set. */
export interface ProfiledOptions {
  readonly profile?: ProfileName;
  readonly stores?: Pick<Stores, 'audit'>;
  readonly emailVerification?: 'required' | 'off';
  readonly accessLifetime?: Duration;
  readonly sessions?: SessionPolicyOptions;
  readonly passwords?: PasswordsOptions;
  readonly mfa?: MfaOptions;
  readonly emailLinks?: EmailLinkOptions;
  readonly rateLimits?: RateLimitZonesOptions | 'off';
  readonly onEvent?: (event: AuthEvent) => void | Promise<void>;
  readonly clock?: Clock;
}

/**
 * `options` with the defaults of their profile. What is given wins, unless it is weaker.
 *
 * @throws `TypeError` naming the profile that there is not, or the option that is weaker than it.
 */
export function applyProfile<Options extends ProfiledOptions>(
  options: Options,
): Options & { readonly profile: ProfileName } {
  const profile = options.profile ?? 'default';
  if (!Object.hasOwn(profiles, profile))
    throw new TypeError("profile: expected 'default', 'asvs-l1', 'asvs-l2' or 'asvs-l3'");
  const settings = profiles[profile];
  const { sessions = {}, passwords = {}, mfa = {}, emailLinks = {} } = options;

  const atMost = (option: string, given: Duration | undefined, limit: Duration | undefined) => {
    if (given === undefined || limit === undefined) return given ?? limit;
    if (parseDuration(option, given) > parseDuration(option, limit))
      refuseWeaker(profile, `${option} must be at most ${limit}`);
    return given;
  };
  if (settings.minLength !== undefined && (passwords.minLength ?? settings.minLength) < settings.minLength)
    refuseWeaker(profile, `passwords.minLength must be at least ${settings.minLength}`);
  if (settings.refusesWeakArgon2 === true && passwords.allowWeakArgon2 === true)
    refuseWeaker(profile, 'passwords.allowWeakArgon2 must be false');
  if (settings.requiresRateLimits === true) requireLimits(profile, options.rateLimits ?? {});
  if (settings.requiresSecondFactor === true) requireAtOnce(profile, mfa, options.clock ?? systemClock);
  if (settings.refusesPreviousCode === true && mfa.allowsPreviousCode === true)
    refuseWeaker(profile, 'mfa.allowsPreviousCode must be false');
  if (settings.remembersNoDevice === true && (mfa.rememberDevices ?? 'never') !== 'never')
    refuseWeaker(profile, "mfa.rememberDevices must be 'never'");
  if (settings.requiresEmailVerification === true && options.emailVerification === 'off')
    refuseWeaker(profile, "emailVerification must be 'required'");
  const isRecorded = options.onEvent !== undefined || options.stores?.audit !== undefined;
  if (settings.requiresRecords === true && !isRecorded)
    refuseWeaker(profile, 'stores.audit or onEvent must be given');
  if (settings.endsAllOnReuse === true && sessions.onReuse === 'session')
    refuseWeaker(profile, "sessions.onReuse must be 'user'");

  return {
    ...options,
    profile,
    ...named('accessLifetime', atMost('accessLifetime', options.accessLifetime, settings.accessLifetime)),
    sessions: {
      ...sessions,
      ...named(
        'absoluteLifetime',
        atMost('sessions.absoluteLifetime', sessions.absoluteLifetime, settings.absoluteLifetime),
      ),
      ...named('idleLifetime', atMost('sessions.idleLifetime', sessions.idleLifetime, settings.idleLifetime)),
      ...named(
        'browserIdleLifetime',
        atMost('sessions.browserIdleLifetime', sessions.browserIdleLifetime, settings.idleLifetime),
      ),
      ...named('onReuse', sessions.onReuse ?? (settings.endsAllOnReuse === true ? 'user' : undefined)),
    },
    mfa: {
      ...mfa,
      ...named('requiredFor', settings.requiresSecondFactor && ('everybody' as const)),
      ...named('allowsPreviousCode', settings.refusesPreviousCode && false),
      ...named('rememberDevices', settings.remembersNoDevice && ('never' as const)),
    },
    emailLinks: {
      ...emailLinks,
      ...named(
        'resetLifetime',
        atMost('emailLinks.resetLifetime', emailLinks.resetLifetime, settings.resetLifetime),
      ),
    },
    passwords: { ...passwords, ...named('minLength', passwords.minLength ?? settings.minLength) },
  };
}

/** A zone that keeps somebody from guessing may be stricter than by default, and not off or weaker in any respect. */
function requireLimits(profile: ProfileName, rateLimits: RateLimitZonesOptions | 'off'): void {
  if (rateLimits === 'off') refuseWeaker(profile, "rateLimits must not be 'off'");
  const weaker = findWeakerZone(rateLimits);
  if (weaker !== null)
    refuseWeaker(profile, `rateLimits.${weaker.zone} must be at most ${writeLimit(weaker.limit)}`);
}

/** What is required only after a while, or from some day on, is optional until then. */
function requireAtOnce(
  profile: ProfileName,
  { requiredFor = 'everybody', grace = '0s', requiredSince }: MfaOptions,
  clock: Clock,
): void {
  if (requiredFor !== 'everybody') refuseWeaker(profile, "mfa.requiredFor must be 'everybody'");
  if (parseDuration('mfa.grace', grace) > 0) refuseWeaker(profile, 'mfa.grace must be at most 0s');
  if (requiredSince instanceof Date && requiredSince.getTime() > clock.now())
    refuseWeaker(profile, 'mfa.requiredSince must not be in the future');
}

/** @throws `TypeError` always, in the same words for every option. */
export function refuseWeaker(profile: ProfileName, demand: string): never {
  throw new TypeError(`profile '${profile}': ${demand}`);
}

/** A member only where there is a value, so that the defaults of the domains stay in force. */
function named<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [_ in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [_ in Name]: Value });
}
