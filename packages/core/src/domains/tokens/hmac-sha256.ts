import { hash } from 'node:crypto';
import { isEqualConstantTime } from '../../crypto/constant-time.js';
import { maxTokenLength } from './compact-token.js';
import type { TokenKey } from './token-key.js';

const blockBytes = 64;
const digestBytes = 32;

// Shared by all keys: everything here is synchronous, so no two calls overlap.
const innerScratch = Buffer.alloc(blockBytes + maxTokenLength);
const outerScratch = Buffer.alloc(blockBytes + digestBytes);

/**
 * An HS256 key (RFC 7518 §3.2) of 32 to 64 bytes.
 *
 * HMAC is put together from two one-shot hashes (RFC 2104) with pads made beforehand: half the time of `createHmac`.
 *
 * @throws `TypeError` for a key shorter than the hash (RFC 7518 §3.2) or longer than its block.
 */
export function createHmacTokenKey(keyId: string, secret: Uint8Array): TokenKey {
  if (secret.length < digestBytes || secret.length > blockBytes) {
    throw new TypeError(`key: HS256 needs ${digestBytes} to ${blockBytes} bytes`);
  }
  const innerPad = createPad(secret, 0x36);
  const outerPad = createPad(secret, 0x5c);

  function sign(signingInput: string): string {
    innerScratch.set(innerPad);
    outerScratch.set(outerPad);
    const written = innerScratch.write(signingInput, blockBytes, 'latin1');
    // Writing stops silently where the buffer ends, which would leave the rest of the token unauthenticated.
    if (written !== signingInput.length) throw new RangeError('The signing input is longer than a token.');
    const inner = hash('sha256', innerScratch.subarray(0, blockBytes + written), 'latin1' as 'binary');
    outerScratch.write(inner, blockBytes, 'latin1');
    return hash('sha256', outerScratch, 'base64url');
  }

  return {
    keyId,
    algorithm: 'HS256',
    sign,
    // Comparing text instead of bytes refuses every other spelling of the right signature by itself.
    verify: (signingInput, signature) => isEqualConstantTime(sign(signingInput), signature),
  };
}

function createPad(secret: Uint8Array, filler: number): Uint8Array {
  const pad = new Uint8Array(blockBytes).fill(filler);
  for (const [at, byte] of secret.entries()) pad[at] = byte ^ filler;
  return pad;
}
