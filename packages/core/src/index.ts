/**
 * Tessera: sessions, tokens, revocation, roles, passwords, and the flows and HTTP routes built on them.
 */
export * from './clock.js';
export * from './create-auth.js';
export type { KeyState, RootSecret, RootSecrets } from './crypto/key-ring.js';
export * from './domains/passwords/index.js';
export * from './domains/rbac/index.js';
export * from './domains/revocation/index.js';
export * from './domains/sessions/index.js';
export * from './domains/tokens/index.js';
export * from './duration.js';
export * from './errors.js';
export type { AuthEvent, EventOrigin } from './events.js';
export type * from './flows/index.js';
export { createHttpAuth, type HttpAuth, type HttpAuthOptions } from './http/http-auth.js';
export * from './stores/memory/index.js';
export * from './stores/one-time-token-store.js';
export * from './stores/rate-limit-store.js';
export * from './stores/revocation-log.js';
export * from './stores/revocation-store.js';
export * from './stores/session-store.js';
export * from './stores/store-traits.js';
export * from './stores/stores.js';
export * from './stores/user-store.js';
