import { AuthError } from '../../errors.js';
import { createBlocklist } from './blocklist/blocklist.js';
import { isBreachedPassword } from './breach-check.js';
import type { PasswordSettings } from './password-options.js';
import type { PasswordText } from './password-text.js';

/** Decides which new passwords are good enough. */
export interface PasswordPolicy {
  /** @throws `AuthError` `password_too_short`, `password_too_long` or `password_too_common`, the first that applies. */
  requireAcceptable(password: PasswordText, about: readonly string[]): Promise<void>;
  /** @throws `AuthError` `password_too_common`; `store_unavailable` when nobody could tell. */
  requireUnbreached(password: PasswordText): Promise<void>;
}

/** A policy of length and blocklist alone: rules about kinds of characters make passwords worse (ASVS 6.2.5). */
export function createPasswordPolicy(settings: PasswordSettings): PasswordPolicy {
  const blocklist = createBlocklist({ words: settings.blocklist, texts: settings.contextTexts });
  return {
    async requireAcceptable({ normalized, length }, about) {
      if (length < settings.minLength) throw new AuthError('password_too_short');
      if (length > settings.maxLength) throw new AuthError('password_too_long');
      if (await blocklist.refuses(normalized, about)) throw new AuthError('password_too_common');
    },
    async requireUnbreached({ normalized }) {
      if (await isBreachedPassword(normalized, settings)) throw new AuthError('password_too_common');
    },
  };
}
