import { AuthError } from '../../errors.js';

/** The most code points that any policy may allow; at most four bytes of UTF-8 each. */
export const maxCodePoints = 1024;

// Before normalisation, which can shorten a text but takes time in proportion to it.
const maxReceivedLength = 4 * maxCodePoints;

/** A password that can be hashed without losing anything. */
export interface PasswordText {
  /** The password in Unicode NFC: what is hashed, counted and compared (SP 800-63B-4 §3.1.1.2). */
  readonly normalized: string;
  /**
   * The spellings that a stored hash may have been made of, at least one: NFC, then the password as received where that
   * differs, since other systems hash what they get.
   */
  readonly spellings: readonly string[];
  /** Length of the NFC form in Unicode code points: one emoji of one code point counts as one. */
  readonly length: number;
}

/**
 * The password, well-formed and bounded; neither trimmed nor folded nor cut (ASVS 6.2.8).
 *
 * @throws `AuthError` `input_invalid` when it is no string or holds half a surrogate pair: UTF-8 turns every such half
 * into the same replacement character, so that different passwords would match one hash.
 * @throws `AuthError` `password_too_long` above 1,024 code points, or 4,096 UTF-16 units before normalisation.
 */
export function readPassword(password: unknown): PasswordText {
  if (typeof password !== 'string') throw new AuthError('input_invalid');
  if (password.length > maxReceivedLength) throw new AuthError('password_too_long');
  if (/\p{Surrogate}/u.test(password)) throw new AuthError('input_invalid');
  const normalized = password.normalize('NFC');
  const length = countCodePoints(normalized);
  if (length > maxCodePoints) throw new AuthError('password_too_long');
  return {
    normalized,
    spellings: normalized === password ? [normalized] : [normalized, password],
    length,
  };
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
