export * from './binding/binding-case.js';
export * from './binding/binding-fixtures.js';
export * from './binding/test-binding.js';
export * from './binding/test-client.js';
export * from './collect-cases.js';
export * as sessionFixtures from './stores/sessions/session-fixtures.js';
export * from './stores/store-case.js';
export * from './stores/test-stores.js';
export * from './test-clock.js';
