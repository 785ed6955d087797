export * from './chromium.js';
export * from './free-port.js';
export type * from './owned-server.js';
export * from './postgres.js';
export * from './redis.js';
export * from './tcp-proxy.js';
export type {} from './vitest/provided-context.js';
