import { type AccessTokens, AuthError } from '@tessera-auth/core/primitives';
import { describe, expect, it } from 'vitest';
import type { HostileTokens } from './corpus/index.js';
import { createTokenSuites, forge } from './token-suite.js';

/** The code of the refusal, `null` when the token is accepted, or whatever else was thrown. */
export function refusalOf(tokens: AccessTokens, token: unknown): unknown {
  try {
    tokens.verify(token as string);
    return null;
  } catch (error) {
    return error instanceof AuthError ? error.code : error;
  }
}

/** Declares one test for each hostile token of that kind, for every algorithm. */
export async function describeHostileTokens(title: string, hostileTokens: HostileTokens): Promise<void> {
  for (const suite of await createTokenSuites()) {
    describe(`${title} (${suite.alg})`, () => {
      it('accepts the token that the hostile ones are made from', () => {
        expect(refusalOf(suite.tokens, forge(suite))).toBeNull();
      });

      it.each(hostileTokens(suite))('refuses %s', (_, code, token) => {
        expect(refusalOf(suite.tokens, token)).toBe(code);
      });
    });
  }
}
