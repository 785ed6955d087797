import { parseArgon2 } from './argon2.js';
import { parseBcrypt } from './bcrypt.js';
import { parsePbkdf2 } from './pbkdf2.js';
import { parseScrypt } from './scrypt.js';
import type { StoredHash } from './stored-hash.js';

const parsers = [parseArgon2, parseBcrypt, parseScrypt, parsePbkdf2];

/** The stored hash in `text`, or `null` when its form is unknown, malformed or too costly to compute. */
export function parseStoredHash(text: string): StoredHash | null {
  // What a store hands out is checked, not believed.
  if (typeof text !== 'string') return null;
  for (const parse of parsers) {
    const hash = parse(text);
    if (hash !== null) return hash;
  }
  return null;
}
