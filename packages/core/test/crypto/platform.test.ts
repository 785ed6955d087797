import { createDecipheriv, createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createKeyRing, createSealer } from '@tessera-auth/core/primitives';
import { describe, expect, it } from 'vitest';
import { rootSecret } from '../auth-bench.js';

/** The sources that are published, without the conformance suites, by their paths. */
const sources = (() => {
  const folder = new URL('../../src/', import.meta.url);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('testing'))
    .map((name) => name.replaceAll('\\', '/'))
    .map((path) => ({ path, text: readFileSync(new URL(path, folder), 'utf8') }));
})();

const listMatches = (pattern: RegExp, files = sources) =>
  [...new Set(files.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, match]) => match)))].toSorted();

describe('the sources', () => {
  it('take cryptography from the platform and from proven libraries only (ASVS 11.2.1)', () => {
    const imported = listMatches(/(?:from |import\()\s*'((?!node:(?!crypto))[^.'][^']*)'/g);
    expect(imported).toEqual([
      '@node-rs/argon2',
      '@node-rs/bcrypt',
      'jose',
      'node:crypto',
      'on-headers',
      'otplib/functional',
      'ua-parser-js',
      'uqr',
      'zod',
    ]);
    expect(listMatches(/\b(Math\.random|crypto\.subtle|DES|RC4|md5)\b/g)).toEqual([]);
  });

  // Hashes of passwords that came from other systems are compared and replaced, never made (ASVS 11.4.2). The codes of
  // authenticators are HMAC-SHA-1 (RFC 6238), which is in otplib: apps know no other.
  it('name approved hashes and ciphers only (ASVS 11.3.1, 11.3.2, 11.4.1)', () => {
    const files = sources.filter(({ path }) => !path.startsWith('domains/passwords/hashes/'));
    const calls = 'createHash|createHmac|hkdfSync|createCipheriv|createDecipheriv|createSign|createVerify';
    expect(listMatches(new RegExp(`\\b(?:${calls})\\(\\s*'([^']*)'`, 'g'), files)).toEqual([
      'aes-256-gcm',
      'sha256',
    ]);
    // Every call names it in place, so none is missing above.
    expect(listMatches(new RegExp(`\\b((?:${calls})\\(\\s*[^'\\s])`, 'g'), files)).toEqual([]);
  });
});

it('what is sealed is AES-256-GCM under the derived key (ASVS 11.3.2, 11.3.3)', () => {
  const ring = createKeyRing({ secret: rootSecret });
  const plain = Buffer.from('twenty bytes of key!');
  const bytes = Buffer.from(createSealer(ring, 'totp').seal(plain, 'ada'), 'base64url');
  const [header, nonce] = [bytes.subarray(0, 7), bytes.subarray(7, 19)];
  const derive = (key: Buffer | string, data: Buffer | string) =>
    createHmac('sha256', key).update(data).digest();
  const key = derive(derive('tessera/1\0', rootSecret), Buffer.from('key:seal:totp\u0001'));
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAAD(Buffer.concat([header, Buffer.from('totp\0ada')]));
  decipher.setAuthTag(bytes.subarray(-16));
  expect(Buffer.concat([decipher.update(bytes.subarray(19, -16)), decipher.final()])).toEqual(plain);
});
