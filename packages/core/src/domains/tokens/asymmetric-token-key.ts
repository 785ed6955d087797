import { type KeyObject, sign as signBytes, verify as verifyBytes } from 'node:crypto';
import { decodeBase64Url } from '../../crypto/base64url.js';
import { ecdsaFromDer, ecdsaToDer } from './ecdsa-der.js';
import type { AsymmetricAlgorithm, TokenKey } from './token-key.js';

// Ed25519 hashes by itself.
const digests: Readonly<Record<AsymmetricAlgorithm, string | null>> = {
  ES256: 'sha256',
  EdDSA: null,
  RS256: 'sha256',
};

/**
 * A key for ES256, EdDSA or RS256 on `node:crypto`, synchronous: jose would queue on the thread pool, behind whatever
 * password hashes are under way there. The caller has checked that the key fits the algorithm.
 */
export function createAsymmetricTokenKey(
  keyId: string,
  algorithm: AsymmetricAlgorithm,
  publicKey: KeyObject,
  privateKey: KeyObject | null,
): TokenKey {
  const digest = digests[algorithm];
  const isEcdsa = algorithm === 'ES256';

  function verify(signingInput: string, signature: string): boolean {
    const bytes = decodeBase64Url(signature);
    const wrapped = bytes !== null && isEcdsa ? ecdsaToDer(bytes) : bytes;
    return wrapped !== null && verifyBytes(digest, Buffer.from(signingInput, 'latin1'), publicKey, wrapped);
  }

  function sign(key: KeyObject, signingInput: string): string {
    const bytes = signBytes(digest, Buffer.from(signingInput, 'latin1'), key);
    return Buffer.from(isEcdsa ? ecdsaFromDer(bytes) : bytes).toString('base64url');
  }

  if (privateKey === null) return { keyId, algorithm, verify };
  return { keyId, algorithm, verify, sign: (signingInput) => sign(privateKey, signingInput) };
}
