import { hkdfSync } from 'node:crypto';
import type { KeyRing } from './key-ring.js';

/**
 * The same ring with other keys: HKDF-SHA-256 (RFC 5869) of each key with `salt`. Once a random salt is deleted, nobody has these
 * keys any more, not even who has the root secret, and what they have sealed is as good as deleted (crypto-shredding).
 */
export function saltKeys(keys: KeyRing, salt: string): KeyRing {
  const salted = (key: Uint8Array) => new Uint8Array(hkdfSync('sha256', key, salt, 'tessera/1 salted', 32));
  return {
    activeKeyId: keys.activeKeyId,
    activeKey: (purpose) => salted(keys.activeKey(purpose)),
    findKey(keyId, purpose) {
      const key = keys.findKey(keyId, purpose);
      return key === null ? null : salted(key);
    },
    listKeyIds: keys.listKeyIds,
  };
}
