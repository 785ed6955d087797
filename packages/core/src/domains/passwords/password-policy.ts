import { AuthError } from '../../errors.js';
import type { PasswordSettings } from './password-options.js';
import type { PasswordText } from './password-text.js';

/** What {@link requireAcceptable} needs to know. */
export type PasswordPolicy = Pick<PasswordSettings, 'minLength' | 'maxLength' | 'blocklist'>;

/** Throws what is wrong with a new password; there are no rules about kinds of characters (ASVS 6.2.5). */
export async function requireAcceptable(password: PasswordText, policy: PasswordPolicy): Promise<void> {
  if (password.length < policy.minLength) throw new AuthError('password_too_short');
  if (password.length > policy.maxLength) throw new AuthError('password_too_long');
}
