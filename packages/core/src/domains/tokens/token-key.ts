/** An algorithm that access tokens may be signed with. */
export type TokenAlgorithm = 'HS256' | AsymmetricAlgorithm;

/** Signs with a private key, so that other services can verify with the public one. */
export type AsymmetricAlgorithm = 'ES256' | 'EdDSA' | 'RS256';

/**
 * A key together with the one algorithm that it is for (RFC 8725 §3.1): what a token's header says can select a key, but
 * never an algorithm.
 */
export interface TokenKey {
  /** Its `kid`. */
  readonly keyId: string;
  readonly algorithm: TokenAlgorithm;
  /** The signature over `signingInput` as base64url text, or absent when the key can only verify. */
  readonly sign?: (signingInput: string) => string;
  /** Whether `signature` is the one canonical base64url spelling of a right signature. `signingInput` is ASCII. */
  readonly verify: (signingInput: string, signature: string) => boolean;
}

/** The keys that a deployment uses at this moment. */
export interface TokenKeys {
  /** The key that signs now, or `null` where tokens are only verified. */
  findActive(): TokenKey | null;
  /** The key with that `kid`, if it may verify now. Gives the identical object for as long as the key is the same. */
  find(keyId: string): TokenKey | null;
}
