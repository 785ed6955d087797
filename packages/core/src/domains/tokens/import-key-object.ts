import { KeyObject, type webcrypto } from 'node:crypto';
import type { JWK } from 'jose';
import type { JsonWebKeySource } from './json-web-key-set.js';
import type { AsymmetricAlgorithm } from './token-key.js';

// What each algorithm needs, as Node and as RFC 7518 §6 and RFC 8037 name it.
const fitting = {
  ES256: { keyType: 'ec', curve: 'prime256v1', kty: 'EC', crv: 'P-256' },
  EdDSA: { keyType: 'ed25519', curve: undefined, kty: 'OKP', crv: 'Ed25519' },
  RS256: { keyType: 'rsa', curve: undefined, kty: 'RSA', crv: undefined },
} as const;

// 2048 bits are worth 112 of strength, 3072 are worth 128 (SP 800-57 part 1 §5.6.1, ASVS 11.2.3).
const minRsaBits = 3072;
// With an exponent of 1 every signature is its own message; the small ones have a history of forgeries (FIPS 186-5 §5.1).
const minRsaExponent = 65_537n;

/**
 * The private or public key in `source`, which fits `alg` and nothing else.
 *
 * @throws `TypeError` without key material when it does not.
 */
export async function importKeyObject(
  source: string | JsonWebKeySource,
  alg: AsymmetricAlgorithm,
): Promise<KeyObject> {
  if (!Object.hasOwn(fitting, alg)) throw new TypeError('alg: expected ES256, EdDSA or RS256');
  if (typeof source === 'object' && source !== null) requireFittingJwk(source, alg);
  const key = KeyObject.from(await importCryptoKey(source, alg));
  const { keyType, curve } = fitting[alg];
  if (key.asymmetricKeyType !== keyType || key.asymmetricKeyDetails?.namedCurve !== curve) {
    throw new TypeError(`key: is not for ${alg}`);
  }
  if (keyType === 'rsa') requireStrongRsa(key);
  return key;
}

async function importCryptoKey(
  source: string | JsonWebKeySource,
  alg: AsymmetricAlgorithm,
): Promise<webcrypto.CryptoKey> {
  const { importJWK, importPKCS8, importSPKI } = await import('jose');
  const options = { extractable: true };
  try {
    if (typeof source !== 'string')
      return (await importJWK({ ...source } as JWK, alg, options)) as webcrypto.CryptoKey;
    const text = source.trim();
    const isPrivate = text.startsWith('-----BEGIN PRIVATE KEY-----');
    return await (isPrivate ? importPKCS8(text, alg, options) : importSPKI(text, alg, options));
  } catch {
    // The error underneath may quote its input.
    throw new TypeError(`key: expected a JWK or PEM text (PKCS #8 or SPKI) for ${alg}`);
  }
}

function requireFittingJwk(jwk: JsonWebKeySource, alg: AsymmetricAlgorithm): void {
  const { kty, crv } = fitting[alg];
  if (jwk.kty !== kty || jwk.crv !== crv) throw new TypeError(`key: is not for ${alg}`);
  if (jwk.alg !== undefined && jwk.alg !== alg) throw new TypeError(`key: says that it is not for ${alg}`);
  if (jwk.use !== undefined && jwk.use !== 'sig') throw new TypeError('key: its use is not sig');
  const operation = jwk.d === undefined ? 'verify' : 'sign';
  if (jwk.key_ops !== undefined && !jwk.key_ops.includes(operation)) {
    throw new TypeError(`key: its key_ops do not allow to ${operation}`);
  }
}

function requireStrongRsa(key: KeyObject): void {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < minRsaBits) throw new TypeError(`key: RSA needs at least ${minRsaBits} bits`);
  if (publicExponent < minRsaExponent || publicExponent % 2n === 0n) {
    throw new TypeError('key: RSA needs an odd public exponent of 65537 or more');
  }
}
