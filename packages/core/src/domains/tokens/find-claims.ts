import { isAuthError } from '../../errors.js';
import type { AccessTokenClaims } from './access-token-claims.js';
import type { AccessTokens } from './access-tokens.js';

/** What a token says, or `null` when it is refused: for those to whom the reason makes no difference. */
export function findClaims(accessTokens: AccessTokens, token: string): AccessTokenClaims | null {
  try {
    return accessTokens.verify(token);
  } catch (error) {
    if (isAuthError(error)) return null;
    throw error;
  }
}
