import { createHash } from 'node:crypto';
import { type Random, systemRandom } from '../crypto/random.js';
import type { UserRef } from './user-store.js';

const tagBytes = 2;
const idBytes = 16;

/**
 * 16 bits that all sessions of a user have in common, as 4 hexadecimal digits: where a store that is spread over many
 * servers keeps them together, with the user's epoch beside them.
 */
export function sessionTagOf({ tenantId, userId }: UserRef): string {
  return createHash('sha256')
    .update(`${tenantId}\0${userId}`)
    .digest('hex')
    .slice(0, tagBytes * 2);
}

/** The tag in a session id. Of an id that is none of ours, some tag or `''`. */
export function findSessionTag(sessionId: string): string {
  return Buffer.from(sessionId, 'base64url').toString('hex', 0, tagBytes);
}

/**
 * A fresh session id: the user's tag and 112 random bits, as 22 characters of base64url. Safe to log; what opens a session
 * is the secret in its refresh token.
 */
export function createSessionId(user: UserRef, random: Random = systemRandom): string {
  const tag = Buffer.from(sessionTagOf(user), 'hex');
  return Buffer.concat([tag, random.bytes(idBytes - tagBytes)]).toString('base64url');
}
