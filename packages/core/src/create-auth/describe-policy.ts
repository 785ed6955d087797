import type { MfaPolicy } from '../domains/mfa/index.js';
import type { PasswordSettings } from '../domains/passwords/password-options.js';
import type { CountedLimit, RateLimits, RateLimitZone } from '../domains/rate-limits/index.js';
import type { Revocations } from '../domains/revocation/index.js';
import type { Sessions } from '../domains/sessions/index.js';
import type { AccessTokens } from '../domains/tokens/index.js';
import type { Duration } from '../duration.js';
import type { EmailTokens } from '../flows/email-tokens.js';
import type { ProfileName } from './profiles.js';

/** What is in force: plain data without secrets, for a log, a page or a comparison between deployments. */
export interface PolicyReport {
  readonly profile: ProfileName;
  readonly emailVerification: 'required' | 'off';
  readonly accessTokens: {
    /** `HS256` with a key from the root secret, or `signingKeys`: ES256 or EdDSA with the keys that were given. */
    readonly signing: 'HS256' | 'signingKeys';
    readonly lifetime: Duration;
    readonly leeway: Duration;
  };
  readonly sessions: {
    readonly absoluteLifetime: Duration;
    readonly idleLifetime: Duration;
    readonly browserIdleLifetime: Duration;
    readonly rotationFloor: Duration;
    readonly rotationGrace: Duration;
    readonly maxSessions: number;
    readonly onReuse: 'session' | 'user';
  };
  readonly revocation: {
    readonly check: 'replicated' | 'direct';
    /** Within which time a revocation acts on every node. */
    readonly bound: Duration;
  };
  readonly passwords: {
    /** In code points. */
    readonly minLength: number;
    /** In code points. */
    readonly maxLength: number;
    readonly hash: 'argon2id';
    readonly memoryKiB: number;
    readonly iterations: number;
    readonly parallelism: number;
    /** How many words are refused besides the common passwords; not which. */
    readonly ownBlockedWords: number;
    /** Whether somebody is asked for passwords from breaches, and whether what they cannot tell is accepted. */
    readonly breachCheck: 'none' | 'refuses_unchecked' | 'accepts_unchecked';
  };
  readonly mfa: {
    /** `everybody`, or the roles whose users must have a second factor; empty: nobody must. */
    readonly requiredFor: 'everybody' | readonly string[];
    readonly grace: Duration;
    readonly allowsPreviousCode: boolean;
    readonly rememberDevices: Duration | 'never';
  };
  /** How long links in mails are good. */
  readonly emailLinks: {
    readonly verifyLifetime: Duration;
    readonly resetLifetime: Duration;
    readonly changeLifetime: Duration;
  };
  /** Of each zone the limits that all hold, such as `5/1m (burst 3)`: five a minute, of them three at once. */
  readonly rateLimits: 'off' | Readonly<Record<RateLimitZone, readonly string[]>>;
}

/** What {@link PolicyReport} is read from. */
export interface PolicySources {
  readonly profile: ProfileName;
  readonly emailVerification: PolicyReport['emailVerification'];
  readonly hasSigningKeys: boolean;
  readonly accessTokens: Pick<AccessTokens, 'lifetimeMs' | 'longestAliveMs'>;
  readonly sessions: Pick<Sessions, 'policy'>;
  readonly revocations: Pick<Revocations, 'policy'>;
  readonly passwords: PasswordSettings;
  readonly mfa: MfaPolicy;
  readonly emailTokens: EmailTokens;
  readonly limits: Pick<RateLimits, 'zones'>;
}

/** The policy in force, read from what the domains work with and not from what was asked for. */
export function describePolicy({
  accessTokens,
  passwords,
  mfa,
  emailTokens,
  limits: { zones },
  ...sources
}: PolicySources): PolicyReport {
  const session = sources.sessions.policy;
  const revocation = sources.revocations.policy;
  return {
    profile: sources.profile,
    emailVerification: sources.emailVerification,
    accessTokens: {
      signing: sources.hasSigningKeys ? 'signingKeys' : 'HS256',
      lifetime: writeDuration(accessTokens.lifetimeMs),
      leeway: writeDuration(accessTokens.longestAliveMs - accessTokens.lifetimeMs),
    },
    sessions: {
      absoluteLifetime: writeDuration(session.absoluteLifetimeMs),
      idleLifetime: writeDuration(session.idleLifetimeMs),
      browserIdleLifetime: writeDuration(session.browserIdleLifetimeMs),
      rotationFloor: writeDuration(session.rotationFloorMs),
      rotationGrace: writeDuration(session.rotationGraceMs),
      maxSessions: session.maxSessions,
      onReuse: session.endsAllOnReuse ? 'user' : 'session',
    },
    revocation: { check: revocation.check, bound: writeDuration(revocation.boundMs) },
    passwords: {
      minLength: passwords.minLength,
      maxLength: passwords.maxLength,
      hash: 'argon2id',
      memoryKiB: passwords.argon2.memoryKiB,
      iterations: passwords.argon2.iterations,
      parallelism: passwords.argon2.parallelism,
      ownBlockedWords: passwords.blocklist.length,
      breachCheck: describeBreachCheck(passwords),
    },
    mfa: {
      requiredFor: mfa.requiredFor,
      grace: writeDuration(mfa.graceMs),
      allowsPreviousCode: mfa.allowsPreviousCode,
      rememberDevices: mfa.rememberDevicesMs === null ? 'never' : writeDuration(mfa.rememberDevicesMs),
    },
    emailLinks: {
      verifyLifetime: writeDuration(emailTokens.registration.lifetimeMs),
      resetLifetime: writeDuration(emailTokens.passwordReset.lifetimeMs),
      changeLifetime: writeDuration(emailTokens.emailChange.lifetimeMs),
    },
    rateLimits: zones === 'off' ? zones : describeZones(zones),
  };
}

function describeZones(zones: Readonly<Record<RateLimitZone, readonly CountedLimit[]>>) {
  const describe = ({ count, perSeconds, burst }: CountedLimit) =>
    `${count}/${writeDuration(perSeconds * 1000)} (burst ${burst})`;
  const entries = Object.entries(zones).map(([zone, limits]) => [zone, limits.map(describe)]);
  return Object.fromEntries(entries) as Record<RateLimitZone, string[]>;
}

function describeBreachCheck({
  isBreached,
  acceptsUncheckedPasswords,
}: PasswordSettings): PolicyReport['passwords']['breachCheck'] {
  if (isBreached === null) return 'none';
  return acceptsUncheckedPasswords ? 'accepts_unchecked' : 'refuses_unchecked';
}

/** A {@link PolicyReport} for the log of a start: a line for each value. Plain text without a newline at its end. */
export function formatPolicy(policy: PolicyReport): string {
  return Object.entries(policy)
    .flatMap(([name, value]: [string, string | object]) =>
      typeof value === 'string'
        ? [`${name}: ${value}`]
        : Object.entries(value).map(([member, inner]) => `${name}.${member}: ${writeValue(inner)}`),
    )
    .join('\n');
}

function writeValue(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') || 'nobody' : String(value);
}

/** In the largest unit that makes it a whole number. */
function writeDuration(ms: number): Duration {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const;
  const unit = units.find(([, unitMs]) => ms > 0 && ms % unitMs === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}
