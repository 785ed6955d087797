export * from './csrf-tokens.js';
