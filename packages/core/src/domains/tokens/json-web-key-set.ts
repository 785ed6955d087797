/** A public key as others fetch it (RFC 7517 §4). Holds nothing secret. */
export interface PublicJsonWebKey {
  readonly kty: 'EC' | 'OKP' | 'RSA';
  readonly use: 'sig';
  readonly alg: 'ES256' | 'EdDSA' | 'RS256';
  /** The RFC 7638 thumbprint. */
  readonly kid: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
}

/** A private key as it is stored. A secret: seal it, and never print it. */
export interface PrivateJsonWebKey extends PublicJsonWebKey {
  readonly d: string;
}

/** The keys that an issuer publishes (RFC 7517 §5). */
export interface JsonWebKeySet {
  readonly keys: readonly PublicJsonWebKey[];
}

/** A key as somebody else wrote it: any member may be missing or wrong. */
export interface JsonWebKeySource {
  readonly kty?: string;
  readonly use?: string;
  readonly alg?: string;
  readonly kid?: string;
  readonly key_ops?: readonly string[];
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
  readonly d?: string;
}
