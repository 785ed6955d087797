import { hmacSha256 } from './hash.js';
import type { KeyRing } from './key-ring.js';

/**
 * The same ring with other keys: HMAC-SHA-256 of each key over `salt`. Once a random salt is deleted, nobody has these keys any
 * more, not even who has the root secret, and what they have sealed is as good as deleted (crypto-shredding).
 */
export function saltKeys(keys: KeyRing, salt: string): KeyRing {
  return {
    activeKeyId: keys.activeKeyId,
    activeKey: (purpose) => hmacSha256(keys.activeKey(purpose), salt),
    findKey(keyId, purpose) {
      const key = keys.findKey(keyId, purpose);
      return key === null ? null : hmacSha256(key, salt);
    },
    listKeyIds: keys.listKeyIds,
  };
}
