export * from './clock.js';
export * from './crypto/key-ring.js';
export * from './duration.js';
export * from './errors.js';
