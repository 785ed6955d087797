export * from './algorithm-tokens.js';
export * from './claim-tokens.js';
export * from './header-tokens.js';
export * from './hostile-token.js';
export * from './signature-tokens.js';
export * from './spelling-tokens.js';
