export * from './revocations.js';
