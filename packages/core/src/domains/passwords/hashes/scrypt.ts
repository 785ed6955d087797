import { type ScryptOptions, scrypt } from 'node:crypto';
import { createDerivedKeyHash } from './derived-key.js';
import { decodePhcBase64 } from './phc-base64.js';
import type { StoredHash } from './stored-hash.js';

const maxMemoryBytes = 256 * 1024 * 1024;
// Memory times lanes: about as long as the costliest argon2 hash takes.
const maxWorkBytes = 1024 * 1024 * 1024;

// A digest of fewer than 22 characters, 16 bytes, could match a wrong password by chance.
const form =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{6,86})\$([A-Za-z0-9+/]{22,86})$/;

/**
 * The scrypt hash (RFC 7914) in `text`, as the PHC string `$scrypt$ln=…,r=…,p=…$salt$digest`; or `null` when it is none,
 * malformed, or needs more than 256 MiB, or 1 GiB over all lanes.
 */
export function parseScrypt(text: string): StoredHash | null {
  const [, logCost, blockSize, parallelization, saltText = '', digestText = ''] = form.exec(text) ?? [];
  const salt = decodePhcBase64(saltText);
  const digest = decodePhcBase64(digestText);
  const options = readCost(Number(logCost), Number(blockSize), Number(parallelization));
  if (salt === null || digest === null || options === null) return null;
  return createDerivedKeyHash(digest, (password, length) => derive(password, salt, length, options));
}

function readCost(logCost: number, blockSize: number, parallelization: number): ScryptOptions | null {
  const memoryBytes = 128 * blockSize * 2 ** logCost;
  // RFC 7914 §2: N is less than 2^(128 * r / 8); node:crypto throws on anything else.
  const isDefined = logCost < 16 * blockSize;
  if (!isDefined || !(memoryBytes <= maxMemoryBytes) || memoryBytes * parallelization > maxWorkBytes)
    return null;
  // Twice the working memory leaves room for the block of every lane, which node:crypto counts as well.
  const maxmem = 2 * (memoryBytes + 128 * blockSize * (parallelization + 2));
  return { cost: 2 ** logCost, blockSize, parallelization, maxmem };
}

function derive(password: string, salt: Uint8Array, length: number, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
