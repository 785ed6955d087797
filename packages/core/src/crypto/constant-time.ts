import { timingSafeEqual } from 'node:crypto';

/**
 * Whether two secrets are equal, in time that tells nothing about where they differ (ASVS 11.2.4).
 *
 * Different lengths answer at once: the length of a MAC or hash is no secret.
 */
export function isEqualConstantTime(a: string | Uint8Array, b: string | Uint8Array): boolean {
  const left = typeof a === 'string' ? Buffer.from(a) : a;
  const right = typeof b === 'string' ? Buffer.from(b) : b;
  return left.length === right.length && timingSafeEqual(left, right);
}
