import type { TokenSuite } from '../token-suite.js';

/** What a refusal may say. */
export type RefusalCode = 'access_token_malformed' | 'access_token_invalid' | 'access_token_expired';

/** A token that must be refused: why, and with which code. */
export type HostileToken = readonly [name: string, code: RefusalCode, token: string];

/** The hostile tokens of one kind for one algorithm. */
export type HostileTokens = (suite: TokenSuite) => readonly HostileToken[];

export const malformed = 'access_token_malformed';
export const invalid = 'access_token_invalid';
export const expired = 'access_token_expired';
