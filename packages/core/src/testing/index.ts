export * from './stores/store-case.js';
export * from './stores/test-stores.js';
export * from './test-clock.js';
