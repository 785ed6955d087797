import { AuthError } from '../../errors.js';
import { createBlocklist } from './blocklist/blocklist.js';
import type { PasswordSettings } from './password-options.js';
import type { PasswordText } from './password-text.js';

/** Decides which new passwords are good enough. */
export interface PasswordPolicy {
  /** @throws `AuthError` `password_too_short`, `password_too_long` or `password_too_common`, the first that applies. */
  requireAcceptable(password: PasswordText): Promise<void>;
}

/** A policy of length and blocklist alone: rules about kinds of characters make passwords worse (ASVS 6.2.5). */
export function createPasswordPolicy(settings: PasswordSettings): PasswordPolicy {
  const blocklist = createBlocklist(settings.blocklist);
  return {
    async requireAcceptable({ normalized, length }) {
      if (length < settings.minLength) throw new AuthError('password_too_short');
      if (length > settings.maxLength) throw new AuthError('password_too_long');
      if (await blocklist.refuses(normalized)) throw new AuthError('password_too_common');
    },
  };
}
