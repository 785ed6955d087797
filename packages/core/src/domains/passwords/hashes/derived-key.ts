import { isEqualConstantTime } from '../../../crypto/constant-time.js';
import type { StoredHash } from './stored-hash.js';

// Shorter digests would match a wrong password by chance; longer ones only cost more.
const minDigestBytes = 16;
const maxDigestBytes = 64;

/**
 * A stored hash that compares a key derived from the password with `digest`, or `null` when the digest is shorter than 16
 * bytes or longer than 64. New hashes are always better than this.
 */
export function createDerivedKeyHash(
  digest: Uint8Array | null,
  derive: (password: string, length: number) => Promise<Uint8Array>,
): StoredHash | null {
  if (digest === null || digest.length < minDigestBytes || digest.length > maxDigestBytes) return null;
  return {
    canHold: () => true,
    isHashOf: async (password) => isEqualConstantTime(await derive(password, digest.length), digest),
    isWeakerThan: () => true,
  };
}
