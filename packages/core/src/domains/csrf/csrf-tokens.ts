import { decodeBase64Url } from '../../crypto/base64url.js';
import { isEqualConstantTime } from '../../crypto/constant-time.js';
import { hmacSha256 } from '../../crypto/hash.js';
import type { KeyRing } from '../../crypto/key-ring.js';
import { type Random, systemRandom } from '../../crypto/random.js';

/** Makes and checks the values that a page must echo to change state. */
export interface CsrfTokens {
  /** A value for this session, 72 characters of base64url. Each call gives another one; all stay valid with the session. */
  issue(sessionId: string): string;
  /** Whether the value was issued for this very session. */
  isValid(sessionId: string, token: unknown): boolean;
}

const keyIdBytes = 6;
const nonceBytes = 16;
const macBytes = 32;

/** CSRF tokens bound to the session by HMAC (OWASP "signed double submit"); nothing is stored. */
export function createCsrfTokens(keys: KeyRing, random: Random = systemRandom): CsrfTokens {
  return {
    issue(sessionId) {
      const head = Buffer.concat([Buffer.from(keys.activeKeyId, 'base64url'), random.bytes(nonceBytes)]);
      const mac = hmacSha256(keys.activeKey('csrf'), sessionId, head);
      return Buffer.concat([head, mac]).toString('base64url');
    },

    isValid(sessionId, token) {
      const bytes = typeof token === 'string' ? decodeBase64Url(token) : null;
      if (bytes === null || bytes.length !== keyIdBytes + nonceBytes + macBytes) return false;
      const head = bytes.subarray(0, keyIdBytes + nonceBytes);
      const key = keys.findKey(bytes.toString('base64url', 0, keyIdBytes), 'csrf');
      return (
        key !== null && isEqualConstantTime(hmacSha256(key, sessionId, head), bytes.subarray(head.length))
      );
    },
  };
}
