import { createHash, createHmac } from 'node:crypto';

/** SHA-256 of `data` as 43 characters of base64url: how values with 128 random bits or more are stored (ASVS 6.5.2). */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64url');
}

/**
 * HMAC-SHA-256 over `parts`, each preceded by its length, so that no two lists of parts give the same input.
 *
 * @returns 32 bytes.
 */
export function hmacSha256(key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac('sha256', key);
  const length = Buffer.allocUnsafe(4);
  for (const part of parts) {
    length.writeUInt32BE(typeof part === 'string' ? Buffer.byteLength(part) : part.length);
    hmac.update(length).update(part);
  }
  return hmac.digest();
}
