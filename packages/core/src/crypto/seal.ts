import { createCipheriv, createDecipheriv } from 'node:crypto';
import { decodeBase64Url } from './base64url.js';
import type { KeyRing } from './key-ring.js';
import { type Random, systemRandom } from './random.js';

const version = 1;
const keyIdBytes = 6;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes + nonceBytes;

/** Encrypts small values for storage, each bound to one purpose and one place. */
export interface Sealer {
  /** `plain` encrypted and authenticated, as base64url. Two calls never give the same text. */
  seal(plain: Uint8Array, context: string): string;
  /** The plain bytes, or `null` when the text was changed, made for another purpose or context, or its key is gone. */
  open(sealed: string, context: string): Buffer | null;
}

/**
 * A sealer for one purpose: AES-256-GCM with a random 96-bit nonce (ASVS 11.3.3); key id, purpose and context are
 * associated data, so that a value moved to another row or column does not open.
 *
 * @param purpose what is sealed, such as `totp`.
 */
export function createSealer(keys: KeyRing, purpose: string, random: Random = systemRandom): Sealer {
  return {
    seal(plain, context) {
      const header = Buffer.concat([
        Buffer.from([version]),
        Buffer.from(keys.activeKeyId, 'base64url'),
        random.bytes(nonceBytes),
      ]);
      const nonce = header.subarray(1 + keyIdBytes);
      const cipher = createCipheriv('aes-256-gcm', keys.activeKey(`seal:${purpose}`), nonce);
      cipher.setAAD(associatedData(header, purpose, context));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([header, body, cipher.getAuthTag()]).toString('base64url');
    },

    open(sealed, context) {
      const bytes = decodeBase64Url(sealed);
      if (bytes === null || bytes.length < headerBytes + tagBytes || bytes[0] !== version) return null;
      const header = bytes.subarray(0, headerBytes);
      const key = keys.findKey(header.toString('base64url', 1, 1 + keyIdBytes), `seal:${purpose}`);
      if (key === null) return null;
      const nonce = header.subarray(1 + keyIdBytes);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(associatedData(header, purpose, context));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(headerBytes, -tagBytes)), decipher.final()]);
      } catch {
        // The tag does not fit: altered, misplaced or foreign. Which of them is nobody's business (ASVS 11.2.5).
        return null;
      }
    },
  };
}

function associatedData(header: Buffer, purpose: string, context: string): Buffer {
  return Buffer.concat([header.subarray(0, 1 + keyIdBytes), Buffer.from(`${purpose}\0${context}`)]);
}
