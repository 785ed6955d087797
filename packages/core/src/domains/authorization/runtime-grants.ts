import { decodeBase64Url } from '../../crypto/base64url.js';
import { sha256 } from '../../crypto/hash.js';
import { addBit, createBits } from './bitset.js';

/** The names of what can be granted, as 8 characters: a token must not be read with other names than it was written with. */
export function versionOf(names: readonly string[]): string {
  return sha256(names.join('\n')).slice(0, 8);
}

/** The numbers as text, a bit each, behind the version that says what they stand for. */
export function encodeNumbers(version: string, numbers: readonly number[]): string {
  const bytes = new Uint8Array(Math.floor(Math.max(-1, ...numbers) / 8) + 1);
  for (const number of numbers) bytes[number >>> 3] = (bytes[number >>> 3] as number) | (1 << (number & 7));
  return `${version}.${Buffer.from(bytes).toString('base64url')}`;
}

/** The numbers below `count` that the text holds, as bits of `size`. @throws `TypeError` unless this version wrote it. */
export function decodeNumbers(text: string, version: string, count: number, size: number): Uint32Array {
  const bytes = text.startsWith(`${version}.`) ? decodeBase64Url(text.slice(version.length + 1)) : null;
  if (bytes === null) throw new TypeError('grants: written by another version of the policy');
  const bits = createBits(size);
  for (let number = 0; number < Math.min(count, bytes.length * 8); number += 1)
    if (((bytes[number >>> 3] as number) & (1 << (number & 7))) !== 0) addBit(bits, number);
  return bits;
}
