import { type Duration, parseDuration } from '../../duration.js';
import type { UserRecord } from '../../stores/user-store.js';

/** What an app decides about second factors. */
export interface MfaOptions<Role extends string = string> {
  /**
   * Who must have a second factor: `'everybody'`, or whoever has one of these roles or one that inherits from it. Default:
   * nobody must, and everybody may.
   */
  readonly requiredFor?: 'everybody' | readonly Role[];
  /**
   * For how long after the account was made its owner may go on without: `0s` to `365d`. Default `'0s'`, and nothing else with
   * the profiles `asvs-l2` and `asvs-l3`.
   */
  readonly grace?: Duration;
  /**
   * When `requiredFor` came into force: the grace of older accounts begins here. Default: when each was made. With the profiles
   * `asvs-l2` and `asvs-l3` it is not in the future.
   */
  readonly requiredSince?: Date;
  /** What authenticator apps call the app. Default: the host of `publicUrl`. */
  readonly issuer?: string;
  /**
   * The code before the current one is good too, once, for clocks that are behind and people who type slowly. Default `true`.
   */
  readonly allowsPreviousCode?: boolean;
  /**
   * For how long a browser may be remembered, so that a sign-in there asks for the password only: `1h` to `90d`, or `'never'`.
   * Default `'30d'`; with the profile `asvs-l3` never.
   */
  readonly rememberDevices?: Duration | 'never';
}

/** The policy in force. */
export interface MfaPolicy {
  readonly requiredFor: 'everybody' | readonly string[];
  readonly graceMs: number;
  readonly requiredSince: Date | null;
  readonly issuer: string;
  readonly allowsPreviousCode: boolean;
  /** `null`: no device is remembered. */
  readonly rememberDevicesMs: number | null;
  /** From when on the user must have a second factor, or `null`: never. */
  dueAt(user: Pick<UserRecord, 'roles' | 'createdAt'>): Date | null;
}

/**
 * @param hasRole whether these roles include the role or one that inherits from it.
 * @throws `TypeError` naming the option that is not acceptable.
 */
export function readMfaPolicy(
  options: MfaOptions,
  defaults: { readonly issuer: string },
  hasRole: (roles: readonly string[], role: string) => boolean,
): MfaPolicy {
  const { requiredFor = [], requiredSince = null, rememberDevices = '30d' } = options;
  if (requiredFor !== 'everybody' && !Array.isArray(requiredFor))
    throw new TypeError("mfa.requiredFor: expected 'everybody' or a list of roles");
  if (requiredSince !== null && !(requiredSince instanceof Date && !Number.isNaN(requiredSince.getTime())))
    throw new TypeError('mfa.requiredSince: expected a Date');
  const issuer = options.issuer ?? defaults.issuer;
  // It parts the issuer from the account in what an authenticator reads.
  if (issuer === '' || issuer.includes(':')) throw new TypeError('mfa.issuer: expected text without a colon');
  const graceMs = parseDuration('mfa.grace', options.grace ?? '0s', { max: '365d' });
  const rememberDevicesMs =
    rememberDevices === 'never'
      ? null
      : parseDuration('mfa.rememberDevices', rememberDevices, { min: '1h', max: '90d' });

  return {
    requiredFor,
    graceMs,
    requiredSince,
    issuer,
    allowsPreviousCode: options.allowsPreviousCode ?? true,
    rememberDevicesMs,
    dueAt({ roles, createdAt }) {
      const isRequired = requiredFor === 'everybody' || requiredFor.some((role) => hasRole(roles, role));
      if (!isRequired) return null;
      const begin = Math.max(createdAt.getTime(), requiredSince?.getTime() ?? 0);
      return new Date(begin + graceMs);
    },
  };
}
