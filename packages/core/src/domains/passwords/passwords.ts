import { systemRandom } from '../../crypto/random.js';
import { createHashQueue } from './hash-queue.js';
import { createDecoyHash, hashWithArgon2 } from './hashes/argon2.js';
import { parseStoredHash } from './hashes/parse-stored-hash.js';
import { type PasswordSettings, type PasswordsOptions, readPasswordsOptions } from './password-options.js';
import { createPasswordPolicy } from './password-policy.js';
import { readPassword } from './password-text.js';

/** What comparing a password with a stored hash gave. */
export interface PasswordVerdict {
  readonly isMatch: boolean;
  /** The password matches, and `hash` would protect it better than the stored value does: store a new one now. */
  readonly needsRehash: boolean;
}

/**
 * Judges, hashes and compares passwords.
 *
 * Every method rejects with `AuthError` `input_invalid` for anything but well-formed Unicode text, and with
 * `password_too_long` above 1,024 code points, before it computes anything. No method ever trims, cuts or folds: a
 * password is normalised to NFC and nothing else (ASVS 6.2.8, SP 800-63B-4 §3.1.1.2).
 */
export interface Passwords {
  /**
   * Resolves when a new password may be used. Not for signing in: rules change, and old passwords must keep working.
   *
   * @param about what a guesser knows of whoever chooses it, such as address and name; nobody's words by default.
   * @throws `AuthError` `password_too_short` or `password_too_long` by length in code points;
   * `password_too_common` when it is one of the commonest passwords or of the words of the app or of `about` whatever its
   * case, a run or repetition, or two of these side by side (ASVS 6.2.4, 6.2.11).
   */
  requireAcceptable(password: string, about?: readonly string[]): Promise<void>;

  /**
   * Resolves when `isBreached` of the options does not know a new password (ASVS 6.2.12), or there is none. It may ask a
   * service: call it after what holds back floods, and before {@link Passwords.hash}.
   *
   * @throws `AuthError` `password_too_common`; `store_unavailable` when nobody could tell and the app does not accept that.
   */
  requireUnbreached(password: string): Promise<void>;

  /**
   * The argon2id hash to store, as a PHC string of about 97 ASCII characters; two calls never give the same.
   *
   * Does not judge the password: call {@link Passwords.requireAcceptable} first.
   *
   * @throws `AuthError` `overloaded` at once when too many hashes wait.
   */
  hash(password: string): Promise<string>;

  /**
   * Whether `password` belongs to `hash`.
   *
   * Give `null` when there is no such user or the user has no password: the answer is then never a match, and finding
   * that out costs exactly what it costs for a user whose hash has the current parameters. The same goes for a hash that is
   * malformed, of unknown form or too costly to compute: it matches nothing and throws nothing.
   *
   * A user whose hash came from another system takes as long as that algorithm does, until the first sign-in replaces
   * the hash.
   *
   * @throws `AuthError` `overloaded` at once when too many hashes wait.
   */
  verify(password: string, hash: string | null): Promise<PasswordVerdict>;
}

const noMatch: PasswordVerdict = { isMatch: false, needsRehash: false };

/**
 * Password handling with argon2id (ASVS 11.4.2) and one bounded queue for all its hashing.
 *
 * Share one instance per process: its queue is what keeps a flood of sign-ins from taking all memory and threads.
 *
 * @throws `TypeError` naming the option that is out of bounds.
 */
export function createPasswords(options: PasswordsOptions = {}): Passwords {
  return createPasswordsOver(readPasswordsOptions(options));
}

/** {@link createPasswords} with options that were read before. */
export function createPasswordsOver(settings: PasswordSettings): Passwords {
  const policy = createPasswordPolicy(settings);
  const queue = createHashQueue(settings);
  const decoy = createDecoyHash(settings.argon2);

  return {
    requireAcceptable: async (password, about = []) =>
      policy.requireAcceptable(readPassword(password), about),
    requireUnbreached: async (password) => policy.requireUnbreached(readPassword(password)),

    async hash(password) {
      const { normalized } = readPassword(password);
      return queue.run(() => hashWithArgon2(normalized, settings.argon2, systemRandom));
    },

    async verify(password, hash) {
      const { normalized, spellings } = readPassword(password);
      const stored = hash === null ? null : parseStoredHash(hash);
      return queue.run(async () => {
        for (const spelling of spellings) {
          const canMatch = stored?.canHold(spelling) === true;
          const isEqual = await (canMatch ? stored : decoy).isHashOf(spelling);
          if (canMatch && isEqual) {
            return {
              isMatch: true,
              needsRehash: spelling !== normalized || stored.isWeakerThan(settings.argon2),
            };
          }
        }
        return noMatch;
      });
    },
  };
}
