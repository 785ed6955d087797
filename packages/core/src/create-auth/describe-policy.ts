import type { Policy } from '../domains/authorization/index.js';
import type { MfaPolicy } from '../domains/mfa/index.js';
import type { PasswordSettings } from '../domains/passwords/password-options.js';
import type { CountedLimit, RateLimits, RateLimitZone } from '../domains/rate-limits/index.js';
import type { Revocations } from '../domains/revocation/index.js';
import type { Sessions } from '../domains/sessions/index.js';
import type { AccessTokens } from '../domains/tokens/index.js';
import { type Duration, writeDuration } from '../duration.js';
import type { EmailTokens } from '../flows/email-tokens.js';
import type { Stores } from '../stores/stores.js';
import type { ProfileName } from './profiles.js';
import { writeLimit } from './write-limit.js';

/** What is in force: plain data without secrets, for a log, a page or a comparison between deployments. */
export interface PolicyReport {
  readonly profile: ProfileName;
  readonly emailVerification: 'required' | 'off';
  /** What the app has given, without which some of a level is not there. */
  readonly present: {
    /** `stores.audit`: what happens is kept, in a chain that shows changes. */
    readonly audit: boolean;
    /** `onEvent`: the app is told what happens. */
    readonly onEvent: boolean;
    /** `notify`: people are told what happens to their accounts. */
    readonly notify: boolean;
    /** `stores.secondFactors`: somebody may have one. */
    readonly secondFactors: boolean;
    /** `stores.roles`: roles can be granted and made at run time. */
    readonly roles: boolean;
  };
  readonly authorization: {
    /** Which roles and permissions there are, as it stands in tokens: {@link Policy.version}. */
    readonly policyVersion: string;
  };
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
  readonly stores: Stores;
  /** Whether the app gave these. */
  readonly told: Pick<PolicyReport['present'], 'onEvent' | 'notify'>;
  readonly policy: Pick<Policy, 'version'>;
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
  stores,
  told,
  ...sources
}: PolicySources): PolicyReport {
  const session = sources.sessions.policy;
  const revocation = sources.revocations.policy;
  return {
    profile: sources.profile,
    emailVerification: sources.emailVerification,
    present: {
      audit: stores.audit !== undefined,
      ...told,
      secondFactors: stores.secondFactors !== undefined,
      roles: stores.roles !== undefined,
    },
    authorization: { policyVersion: sources.policy.version },
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
  const entries = Object.entries(zones).map(([zone, limits]) => [zone, limits.map(writeLimit)]);
  return Object.fromEntries(entries) as Record<RateLimitZone, string[]>;
}

function describeBreachCheck({
  isBreached,
  acceptsUncheckedPasswords,
}: PasswordSettings): PolicyReport['passwords']['breachCheck'] {
  if (isBreached === null) return 'none';
  return acceptsUncheckedPasswords ? 'accepts_unchecked' : 'refuses_unchecked';
}

/**
 * A {@link PolicyReport} for the log of a start, also the longer one of `createHttpAuth`: a line for each value. Plain text without
 * a newline at its end.
 */
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
