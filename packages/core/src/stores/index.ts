export { type Clock, systemClock } from '../clock.js';
export { type Duration, parseDuration } from '../duration.js';
export { AuthError, isAuthError, storeUnavailable } from '../errors.js';
export * from './memory/index.js';
export * from './revocation-store.js';
export * from './session-store.js';
export * from './session-tag.js';
export * from './stores.js';
export * from './user-store.js';
