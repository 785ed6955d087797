export * from './one-time-tokens.js';
