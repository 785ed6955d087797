import { decodeBase64Url } from '../../crypto/base64url.js';
import { isEqualConstantTime } from '../../crypto/constant-time.js';
import { hmacSha256 } from '../../crypto/hash.js';
import type { KeyRing } from '../../crypto/key-ring.js';

/**
 * What a refresh token holds: `rt1_` and the base64url of
 * `version (1) · key id (6) · session id (16) · generation (4) · secret (32) · MAC (16)`.
 */
export interface RefreshToken {
  /** Id of the key that made the secret and the MAC. */
  readonly keyId: string;
  readonly sessionId: string;
  readonly generation: number;
  /** 32 bytes that only the client holds. */
  readonly secret: Uint8Array;
}

/** How many characters a refresh token has. */
export const refreshTokenLength = 104;

const prefix = 'rt1_';
const version = 1;
const at = { keyId: 1, sessionId: 7, generation: 23, secret: 27, mac: 59, end: 75 } as const;

/**
 * The token as text. The same parts always give the same text, on any node that has the key.
 *
 * @throws `TypeError` when the key ring has no such key.
 */
export function writeRefreshToken(keys: KeyRing, tenantId: string, token: RefreshToken): string {
  const bytes = Buffer.alloc(at.end);
  bytes[0] = version;
  bytes.write(token.keyId, at.keyId, 'base64url');
  bytes.write(token.sessionId, at.sessionId, 'base64url');
  bytes.writeUInt32BE(token.generation, at.generation);
  bytes.set(token.secret, at.secret);
  const mac = createMac(keys, tenantId, token.keyId, bytes.subarray(0, at.mac));
  if (mac === null) throw new TypeError('keys: no key with the id of this token');
  mac.copy(bytes, at.mac);
  return prefix + bytes.toString('base64url');
}

/**
 * The parts of a token that this deployment issued for this tenant, or `null`.
 *
 * Touches no storage. Without the MAC, whoever saw a session id in a log could have that session ended as "reused".
 */
export function readRefreshToken(keys: KeyRing, tenantId: string, text: unknown): RefreshToken | null {
  const bytes = decode(text);
  if (bytes === null) return null;
  const keyId = keyIdOf(bytes);
  const mac = createMac(keys, tenantId, keyId, bytes.subarray(0, at.mac));
  if (mac === null || !isEqualConstantTime(mac, bytes.subarray(at.mac))) return null;
  return {
    keyId,
    sessionId: bytes.toString('base64url', at.sessionId, at.generation),
    generation: bytes.readUInt32BE(at.generation),
    secret: bytes.subarray(at.secret, at.mac),
  };
}

/**
 * Whether somebody has made the token up: it names a key that we have and was not made with it for this tenant. One of a key that
 * was taken out of the ring, of another deployment or of a session that is long gone is none: honest clients have such.
 */
export function isForgedRefreshToken(keys: KeyRing, tenantId: string, text: unknown): boolean {
  const bytes = decode(text);
  if (bytes === null || keys.findKey(keyIdOf(bytes), 'refresh-mac') === null) return false;
  return readRefreshToken(keys, tenantId, text) === null;
}

function decode(text: unknown): Buffer | null {
  if (typeof text !== 'string' || text.length !== refreshTokenLength || !text.startsWith(prefix)) return null;
  const bytes = decodeBase64Url(text.slice(prefix.length));
  return bytes === null || bytes.length !== at.end || bytes[0] !== version ? null : bytes;
}

function keyIdOf(bytes: Buffer): string {
  return bytes.toString('base64url', at.keyId, at.sessionId);
}

function createMac(keys: KeyRing, tenantId: string, keyId: string, signed: Uint8Array): Buffer | null {
  const key = keys.findKey(keyId, 'refresh-mac');
  return key === null ? null : hmacSha256(key, tenantId, signed).subarray(0, at.end - at.mac);
}
