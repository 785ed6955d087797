import { pbkdf2 } from 'node:crypto';
import { createDerivedKeyHash } from './derived-key.js';
import { decodePhcBase64 } from './phc-base64.js';
import type { StoredHash } from './stored-hash.js';

type Digest = 'sha1' | 'sha256' | 'sha512';

// About two seconds of SHA-256. A digest longer than the function's output repeats all iterations for each part.
const maxIterations = 4_000_000;
const outputBytes: Readonly<Record<Digest, number>> = { sha1: 20, sha256: 32, sha512: 64 };

// A digest of fewer than 22 characters, 16 bytes, could match a wrong password by chance.
// PHC strings write `i=600000`, passlib only the number, and `.` for `+`; passlib's `$pbkdf2$` means SHA-1.
const modularForm =
  /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?([1-9]\d{0,6})\$([A-Za-z0-9+/.]{6,86})\$([A-Za-z0-9+/.]{22,86})$/;

// Django's salt is text that is used as it stands; its digest has padding.
const djangoForm = /^pbkdf2_(sha1|sha256)\$([1-9]\d{0,6})\$([^$\s]{4,128})\$([A-Za-z0-9+/]{27,43})=$/;

/**
 * The PBKDF2 hash (RFC 8018) in `text`, or `null` when it is none, malformed, or takes more than four million iterations.
 *
 * Forms: `$pbkdf2-sha256$i=600000$salt$digest` (PHC), `$pbkdf2-sha256$29000$salt$digest` (passlib), both with `sha1`,
 * `sha256` and `sha512`; `pbkdf2_sha256$600000$salt$digest=` (Django), with `sha1` and `sha256`.
 */
export function parsePbkdf2(text: string): StoredHash | null {
  const modular = modularForm.exec(text);
  if (modular !== null) {
    const [, digest = 'sha1', iterations, salt = '', key = ''] = modular;
    return createHash(digest as Digest, Number(iterations), decodeAdapted(salt), decodeAdapted(key));
  }
  const [, digest, iterations, salt = '', key = ''] = djangoForm.exec(text) ?? [];
  return digest === undefined
    ? null
    : createHash(digest as Digest, Number(iterations), Buffer.from(salt), decodePhcBase64(key));
}

function decodeAdapted(text: string): Buffer | null {
  return decodePhcBase64(text.replaceAll('.', '+'));
}

function createHash(
  digest: Digest,
  iterations: number,
  salt: Uint8Array | null,
  key: Uint8Array | null,
): StoredHash | null {
  if (salt === null || key === null) return null;
  if (iterations * Math.ceil(key.length / outputBytes[digest]) > maxIterations) return null;
  return createDerivedKeyHash(key, (password, length) => derive(password, salt, iterations, length, digest));
}

function derive(
  password: string,
  salt: Uint8Array,
  iterations: number,
  length: number,
  digest: Digest,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, length, digest, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
