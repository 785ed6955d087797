export * from './access-token-claims.js';
export * from './access-tokens.js';
export * from './json-web-key-set.js';
export {
  generateSigningKey,
  type ImportSigningKeyOptions,
  importSigningKey,
  type SigningKey,
} from './signing-key.js';
export type { SigningKeySource } from './signing-token-keys.js';
export type { AsymmetricAlgorithm, TokenAlgorithm } from './token-key.js';
