export { createMemoryAuditStore } from './audit-store.js';
export { createMemoryOneTimeTokenStore } from './one-time-token-store.js';
export { createMemoryRateLimitStore } from './rate-limit-store.js';
export { createMemoryRevocationStore, type MemoryRevocationStore } from './revocation-store.js';
export { createMemoryRoleStore, type MemoryRoleStoreOptions } from './role-store.js';
export {
  createMemorySecondFactorStore,
  type MemorySecondFactorStoreOptions,
} from './second-factor-store.js';
export { createMemorySessionStore, type MemorySessionStoreOptions } from './session-store.js';
export { type MemoryStoresOptions, memoryStores } from './stores.js';
export { createMemoryUserStore, type MemoryUserStoreOptions } from './user-store.js';
