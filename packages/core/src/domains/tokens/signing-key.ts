import { createPublicKey, type KeyObject } from 'node:crypto';
import type { KeyState } from '../../crypto/key-ring.js';
import { createAsymmetricTokenKey } from './asymmetric-token-key.js';
import { importKeyObject } from './import-key-object.js';
import type { JsonWebKeySource, PrivateJsonWebKey, PublicJsonWebKey } from './json-web-key-set.js';
import type { AsymmetricAlgorithm, TokenKey } from './token-key.js';

/** A key for one algorithm, in one state. Made by {@link importSigningKey} only; printing it shows no key material. */
export interface SigningKey {
  /** Its RFC 7638 thumbprint: 43 characters of base64url, safe to log. */
  readonly keyId: string;
  readonly algorithm: AsymmetricAlgorithm;
  readonly state: KeyState;
  /** Whether the private half is missing or, for RS256, ignored. */
  readonly isVerificationOnly: boolean;
}

/** How a key is imported. */
export interface ImportSigningKeyOptions {
  /** The one algorithm that the key is for. Never guessed from the key. RS256 keys verify only, and have 3072 bits or more. */
  readonly alg: AsymmetricAlgorithm;
  /** Where the key is in its life. Publish a new one as `next` for as long as others cache the key set. */
  readonly state: KeyState;
}

/** What belongs to a signing key and is nobody else's business. */
export interface SigningKeyMaterial {
  readonly tokenKey: TokenKey;
  readonly publicJwk: PublicJsonWebKey;
}

// Keeps the material out of the object that applications hold, print and might pass on.
const materials = new WeakMap<SigningKey, SigningKeyMaterial>();

/**
 * A new private key as JWK, with its thumbprint as `kid`. Store it sealed, and import it in state `next` first.
 *
 * @param alg `EdDSA` means Ed25519.
 */
export async function generateSigningKey(alg: 'ES256' | 'EdDSA'): Promise<PrivateJsonWebKey> {
  if (alg !== 'ES256' && alg !== 'EdDSA') throw new TypeError('alg: expected ES256 or EdDSA');
  const { calculateJwkThumbprint, exportJWK, generateKeyPair } = await import('jose');
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { ...jwk, alg, use: 'sig', kid } as PrivateJsonWebKey;
}

/**
 * The key in a JWK, or in PEM text (`BEGIN PRIVATE KEY` or `BEGIN PUBLIC KEY`).
 *
 * @throws `TypeError`, never holding key material, when the key does not fit `alg` exactly, is weak, is not meant for
 * signatures (`use`, `key_ops`), carries another `kid` than its thumbprint, or is `active` and cannot sign.
 */
export async function importSigningKey(
  source: string | JsonWebKeySource,
  options: ImportSigningKeyOptions,
): Promise<SigningKey> {
  const { alg, state } = options;
  if (!['next', 'active', 'retiring', 'retired'].includes(state)) throw new TypeError('state: unknown');
  const imported = await importKeyObject(source, alg);
  const publicKey = imported.type === 'private' ? createPublicKey(imported) : imported;
  // Signing with RSA takes long enough to hold up every other request.
  const privateKey = imported.type === 'private' && alg !== 'RS256' ? imported : null;
  if (state === 'active' && privateKey === null) throw new TypeError('state: this key cannot sign');

  const publicJwk = await toPublicJwk(publicKey, alg);
  if (typeof source === 'object' && source.kid !== undefined && source.kid !== publicJwk.kid) {
    throw new TypeError('key: its kid must be its RFC 7638 thumbprint');
  }
  const tokenKey = createAsymmetricTokenKey(publicJwk.kid, alg, publicKey, privateKey);
  // The halves of a JWK can be from two different keys. Such a key signs what nobody can verify.
  if (tokenKey.sign !== undefined && !tokenKey.verify('probe', tokenKey.sign('probe'))) {
    throw new TypeError('key: its private and public halves do not belong together');
  }
  const key = Object.freeze({
    keyId: publicJwk.kid,
    algorithm: alg,
    state,
    isVerificationOnly: privateKey === null,
  });
  materials.set(key, { tokenKey, publicJwk });
  return key;
}

/**
 * The material of a key that {@link importSigningKey} made.
 *
 * @throws `TypeError` for any other object.
 */
export function requireSigningKeyMaterial(key: SigningKey): SigningKeyMaterial {
  const material = materials.get(key);
  if (material === undefined) throw new TypeError('signingKeys: make them with importSigningKey');
  return material;
}

async function toPublicJwk(publicKey: KeyObject, alg: AsymmetricAlgorithm): Promise<PublicJsonWebKey> {
  const { calculateJwkThumbprint, exportJWK } = await import('jose');
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return Object.freeze({ ...jwk, alg, use: 'sig', kid }) as PublicJsonWebKey;
}
