/**
 * The primitives alone: tokens, sessions, revocation and policies over stores. No HTTP, no password hashing, no schema
 * library; import this where a process only verifies tokens.
 */
export * from './clock.js';
export * from './crypto/key-ring.js';
export { createSealer, type Sealer } from './crypto/seal.js';
export { createSecret, type Secret } from './crypto/secret.js';
export * from './domains/authorization/index.js';
export * from './domains/revocation/index.js';
export * from './domains/sessions/index.js';
export * from './domains/tokens/index.js';
export { type Duration, type DurationRange, type DurationUnit, parseDuration } from './duration.js';
export * from './errors.js';
