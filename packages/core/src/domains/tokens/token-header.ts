import { decodeBase64Url } from '../../crypto/base64url.js';
import { decodeUtf8, encodeJsonObject, parseJsonObject } from './canonical-json.js';
import type { TokenKey } from './token-key.js';

/** What a header says about the key, not yet believed. */
export interface TokenHeader {
  readonly algorithm: string;
  readonly keyId: string;
}

// Both spellings that RFC 9068 §4 allows.
const accessTokenTypes: readonly unknown[] = ['at+jwt', 'application/at+jwt'];

// Key ids are looked up, printed and compared. Nothing that could be a path or a query ever gets that far.
const keyIdForm = /^[A-Za-z0-9_-]{1,128}$/;

/** The header of tokens signed with `key`. */
export function encodeTokenHeader(key: Pick<TokenKey, 'algorithm' | 'keyId'>): string {
  return encodeJsonObject({ alg: key.algorithm, typ: 'at+jwt', kid: key.keyId });
}

/**
 * What the header says, or `null` unless it has `alg`, `typ` and `kid` and nothing else.
 *
 * "Nothing else" is the short way to refuse `jwk`, `jku`, `x5u` and `x5c`, which would let the sender bring the key
 * (ASVS 9.1.3), `crit` (RFC 7515 §4.1.11), and `b64` (RFC 7797 §7).
 */
export function decodeTokenHeader(text: string): TokenHeader | null {
  const bytes = decodeBase64Url(text);
  const json = bytes === null ? null : decodeUtf8(bytes);
  const header = json === null ? null : parseJsonObject(json);
  if (header === null || Object.keys(header).length !== 3) return null;
  const { alg, typ, kid } = header;
  if (typeof alg !== 'string' || !accessTokenTypes.includes(typ)) return null;
  return typeof kid === 'string' && keyIdForm.test(kid) ? { algorithm: alg, keyId: kid } : null;
}
