export * from './clock.js';
export * from './duration.js';
export * from './errors.js';
export * from './stores/memory/index.js';
export * from './stores/revocation-store.js';
export * from './stores/session-store.js';
export * from './stores/stores.js';
export * from './stores/user-store.js';
