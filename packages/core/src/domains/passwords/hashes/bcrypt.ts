import type { StoredHash } from './stored-hash.js';

// What bcrypt reads of a password; the rest it ignores without a word.
const maxPasswordBytes = 72;

// Cost 04 to 15, the last taking a few seconds. The last characters of salt and digest have 4 and 2 bits to spare, which
// must be zero.
const form = /^\$2[aby]\$(?:0[4-9]|1[0-5])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/;

/**
 * The bcrypt hash in `text` (`$2a$`, `$2b$`, `$2y$`), or `null` when it is none, malformed, or has a cost above 15.
 *
 * It holds no password of more than 72 bytes and none with a NUL: bcrypt would compare the beginning only, and whoever
 * knows that would be in (CVE-2025-22228).
 */
export function parseBcrypt(text: string): StoredHash | null {
  if (!form.test(text)) return null;
  return {
    canHold: (password) => Buffer.byteLength(password) <= maxPasswordBytes && !password.includes('\0'),
    async isHashOf(password) {
      const { verify } = await import('@node-rs/bcrypt');
      return verify(password, text);
    },
    isWeakerThan: () => true,
  };
}
