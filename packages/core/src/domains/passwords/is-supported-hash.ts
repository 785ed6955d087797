import { parseStoredHash } from './hashes/parse-stored-hash.js';

/**
 * Whether `verify` can check passwords against this hash: ask before importing users from another system.
 *
 * `false` for an unknown form, a malformed one, and one whose cost exceeds the bounds. Computes nothing.
 */
export function isSupportedHash(hash: string): boolean {
  return parseStoredHash(hash) !== null;
}
