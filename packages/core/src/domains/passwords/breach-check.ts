import { storeUnavailable } from '../../errors.js';
import { within } from '../../stores/within.js';
import type { PasswordSettings } from './password-options.js';

/**
 * Asks the app's `isBreached`, no longer than its time-out.
 *
 * @returns whether the password is known from breaches; `false` where the app does not ask, or accepts what nobody could tell.
 * @throws `AuthError` `store_unavailable` when nobody could tell.
 */
export async function isBreachedPassword(
  password: string,
  { isBreached, breachTimeoutMs, acceptsUncheckedPasswords }: PasswordSettings,
): Promise<boolean> {
  if (isBreached === null) return false;
  const abort = new AbortController();
  try {
    const asked = Promise.resolve().then(() => isBreached(password, abort.signal));
    const answer: unknown = await within(breachTimeoutMs, asked);
    // Anything else, such as the answer of another server, is no answer: it must not pass for "no".
    if (typeof answer !== 'boolean') throw new TypeError('passwords.isBreached: expected true or false');
    return answer;
  } catch (cause) {
    if (acceptsUncheckedPasswords) return false;
    throw storeUnavailable(cause);
  } finally {
    abort.abort();
  }
}
