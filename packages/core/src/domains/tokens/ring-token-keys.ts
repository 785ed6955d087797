import type { KeyRing } from '../../crypto/key-ring.js';
import { createHmacTokenKey } from './hmac-sha256.js';
import type { TokenKey, TokenKeys } from './token-key.js';

/** The HS256 keys of a key ring, derived for the purpose `access` and for nothing else. */
export function createRingTokenKeys(keyRing: KeyRing): TokenKeys {
  const made = new Map<string, { readonly secret: Uint8Array; readonly key: TokenKey }>();

  function find(keyId: string): TokenKey | null {
    const secret = keyRing.findKey(keyId, 'access');
    if (secret === null) return null;
    const known = made.get(keyId);
    if (known?.secret === secret) return known.key;
    const key = createHmacTokenKey(keyId, secret);
    made.set(keyId, { secret, key });
    return key;
  }

  return { find, findActive: () => find(keyRing.activeKeyId) };
}
