import { sha256 } from '../../crypto/hash.js';
import type { Random } from '../../crypto/random.js';
import type { UserRef } from '../../stores/user-store.js';

const count = 10;
/** Crockford's base32: no letter that looks like a digit. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const characters = 26;

/**
 * Ten codes for the day the authenticator is lost: 130 random bits each, so that nobody guesses one (ASVS 11.5.1) and a plain
 * hash keeps them (ASVS 6.5.2). In groups that are read aloud: four of five characters, then one of six.
 */
export function createBackupCodes(random: Random): readonly string[] {
  return Array.from({ length: count }, () => {
    const letters = Array.from(random.bytes(characters), (byte) => alphabet[byte & 31]).join('');
    return letters.replace(/.{5}(?=.{6})/g, '$&-');
  });
}

/**
 * What is stored of a code, bound to its user; `null` for text that can be none. Case, blanks and dashes do not matter, nor
 * whether somebody read a 0 as O or a 1 as I or L.
 */
export function hashBackupCode({ tenantId, userId }: UserRef, code: string): string | null {
  const plain = code.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
  if (plain.length !== characters || [...plain].some((letter) => !alphabet.includes(letter))) return null;
  return sha256(['backup-code', tenantId, userId, plain].join('\0'));
}
