import type { TokenPurpose } from '../domains/one-time-tokens/index.js';
import { type Duration, parseDuration } from '../duration.js';

/** Where links lead, and how long they are good. */
export interface EmailLinkOptions {
  /** The page that confirms an address, below `publicUrl`. Default `'/verify-email'`. */
  readonly verifyPath?: string;
  /** The page on which a new password is chosen. Default `'/reset-password'`. */
  readonly resetPath?: string;
  /** The page on which a signed-in user changes the password, for password managers. Default `'/'`. */
  readonly changePasswordPath?: string;
  /** Confirms a new account: `5m` to `7d`, default `'24h'`. */
  readonly verifyLifetime?: Duration;
  /**
   * Sets a new password: `5m` to `24h`, default `'10m'`. Longer than ten minutes is for mail that is slow: whoever reads the
   * mailbox later finds a link that still opens the account (ASVS 6.5.5).
   */
  readonly resetLifetime?: Duration;
  /** Confirms another address: `5m` to `24h`, default `'1h'`. Who asked for it has proved who they are. */
  readonly changeLifetime?: Duration;
}

/** An account that exists as soon as its address is confirmed. */
export interface PendingAccount {
  readonly email: string;
  readonly canonicalEmail: string;
  readonly name: string | null;
  readonly passwordHash: string;
}

/** An address that an account gets as soon as it is confirmed. */
export interface PendingAddress {
  readonly email: string;
  readonly canonicalEmail: string;
  /** The one that it had when this was asked for. */
  readonly from: string;
}

/** What is sent by mail. */
export interface EmailTokens {
  readonly registration: TokenPurpose<PendingAccount>;
  readonly passwordReset: TokenPurpose<null>;
  readonly emailChange: TokenPurpose<PendingAddress>;
  /** The link that confirms an address. The token is behind `#`: no server, log or `Referer` ever has it (ASVS 14.2.1). */
  verifyUrl(token: string): string;
  /** The link to a new password. */
  resetUrl(token: string): string;
  /** Where a signed-in user changes the password. */
  readonly changePasswordUrl: string;
}

/**
 * Tokens and links of one app. Links begin with its own `publicUrl`, never with anything of a request.
 *
 * @throws `TypeError` naming the option that is not acceptable.
 */
export function createEmailTokens(publicUrl: string, options: EmailLinkOptions = {}): EmailTokens {
  const urlOf = (option: keyof EmailLinkOptions, path: string): string => {
    if (!/^\/(?:[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*)?$/.test(path))
      throw new TypeError(`emailLinks.${option}: expected a path such as '/verify-email'`);
    return publicUrl + path;
  };
  const lifetimeOf = (option: keyof EmailLinkOptions, value: Duration, max: Duration): number =>
    parseDuration(`emailLinks.${option}`, value, { min: '5m', max });
  const verifyPage = urlOf('verifyPath', options.verifyPath ?? '/verify-email');
  const resetPage = urlOf('resetPath', options.resetPath ?? '/reset-password');
  return {
    registration: {
      name: 'registration',
      lifetimeMs: lifetimeOf('verifyLifetime', options.verifyLifetime ?? '24h', '7d'),
      // Nobody owns the address yet, so nobody's wish for an account may undo somebody else's.
      replacesOthers: false,
      read: (data) => data as PendingAccount,
    },
    passwordReset: {
      name: 'password_reset',
      lifetimeMs: lifetimeOf('resetLifetime', options.resetLifetime ?? '10m', '24h'),
      replacesOthers: true,
      read: () => null,
    },
    emailChange: {
      name: 'email_change',
      lifetimeMs: lifetimeOf('changeLifetime', options.changeLifetime ?? '1h', '24h'),
      replacesOthers: true,
      read: (data) => data as PendingAddress,
    },
    verifyUrl: (token) => `${verifyPage}#token=${token}`,
    resetUrl: (token) => `${resetPage}#token=${token}`,
    changePasswordUrl: urlOf('changePasswordPath', options.changePasswordPath ?? '/'),
  };
}
