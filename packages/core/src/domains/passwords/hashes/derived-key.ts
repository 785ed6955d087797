import { isEqualConstantTime } from '../../../crypto/constant-time.js';
import type { StoredHash } from './stored-hash.js';

/** A stored hash that compares a key derived from the password with `digest`. New hashes are always better than this. */
export function createDerivedKeyHash(
  digest: Uint8Array,
  derive: (password: string, length: number) => Promise<Uint8Array>,
): StoredHash {
  return {
    canHold: () => true,
    isHashOf: async (password) => isEqualConstantTime(await derive(password, digest.length), digest),
    isWeakerThan: () => true,
  };
}
