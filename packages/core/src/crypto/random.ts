import { randomBytes } from 'node:crypto';

/** A source of unguessable bytes. Replaceable in tests only. */
export interface Random {
  /** `length` bytes from a CSPRNG (ASVS 11.5.1). */
  bytes(length: number): Buffer;
}

/** The operating system's CSPRNG, through `node:crypto`. */
export const systemRandom: Random = { bytes: (length) => randomBytes(length) };

/** A fresh identifier: 128 random bits as 22 characters of base64url. Safe to log, impossible to guess. */
export function createId(random: Random = systemRandom): string {
  return random.bytes(16).toString('base64url');
}
