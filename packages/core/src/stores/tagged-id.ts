import { createHash } from 'node:crypto';
import { type Random, systemRandom } from '../crypto/random.js';
import type { UserRef } from './user-store.js';

const tagBytes = 2;
const idBytes = 16;

/**
 * 16 bits that all sessions and one-time tokens of a user have in common, as 4 hexadecimal digits: where a store that is
 * spread over many servers keeps them together, with the user's epoch beside them.
 */
export function tagOf({ tenantId, userId }: UserRef): string {
  return createHash('sha256')
    .update(`${tenantId}\0${userId}`)
    .digest('hex')
    .slice(0, tagBytes * 2);
}

/** The tag in an id of {@link createTaggedId}. Of an id that is none of ours, some tag or `''`. */
export function findTag(id: string): string {
  return Buffer.from(id, 'base64url').toString('hex', 0, tagBytes);
}

/**
 * A fresh id: the user's tag and 112 random bits, as 22 characters of base64url. Safe to log; what opens something is the
 * secret that belongs to it.
 */
export function createTaggedId(user: UserRef, random: Random = systemRandom): string {
  const tag = Buffer.from(tagOf(user), 'hex');
  return Buffer.concat([tag, random.bytes(idBytes - tagBytes)]).toString('base64url');
}
