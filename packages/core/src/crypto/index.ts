export * from './base64url.js';
export * from './constant-time.js';
export * from './hash.js';
export * from './key-ring.js';
export * from './random.js';
export * from './root-secret.js';
export * from './seal.js';
