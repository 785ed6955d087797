import type { Clock } from '../../clock.js';
import { decodeBase64Url } from '../../crypto/base64url.js';
import { AuthError } from '../../errors.js';
import type { AccessTokenClaims } from './access-token-claims.js';
import { parseJsonObject } from './canonical-json.js';
import { maxTokenLength, splitCompactToken } from './compact-token.js';
import { decodeTokenHeader } from './token-header.js';
import type { TokenKey, TokenKeys } from './token-key.js';
import {
  findPayloadProblem,
  type PayloadRules,
  type TokenPayload,
  toAccessTokenClaims,
} from './token-payload.js';

/** What verifying needs. */
export interface TokenVerifierOptions {
  readonly keys: TokenKeys;
  readonly rules: PayloadRules;
  readonly clock: Clock;
  readonly leewaySeconds: number;
}

/** The function behind {@link AccessTokens.verify}. */
export function createTokenVerifier(options: TokenVerifierOptions): (token: string) => AccessTokenClaims {
  const { keys, rules, clock, leewaySeconds } = options;

  function requireKey(header: string): TokenKey {
    const { algorithm, keyId } = decodeTokenHeader(header) ?? refuse('access_token_malformed');
    const key = keys.find(keyId);
    // The key decides the algorithm; a header that says another one lies (RFC 8725 §3.1).
    return key?.algorithm === algorithm ? key : refuse('access_token_invalid');
  }

  function requireAuthentic(token: string): TokenPayload {
    const parts = splitCompactToken(token) ?? refuse('access_token_malformed');
    const key = requireKey(parts.header);
    // Both parts have proved to be canonical base64url before they are hashed, hence ASCII. Letters outside of it
    // would lose their high bits on the way to the hash.
    const bytes = decodeBase64Url(parts.payload) ?? refuse('access_token_malformed');
    if (!key.verify(parts.signingInput, parts.signature)) refuse('access_token_invalid');
    const payload = parseJsonObject(bytes) ?? refuse('access_token_malformed');
    if (findPayloadProblem(payload, rules) !== null) refuse('access_token_invalid');
    return payload as unknown as TokenPayload;
  }

  function requireTimely({ iat, nbf = iat, exp }: TokenPayload): void {
    const nowSeconds = Math.floor(clock.now() / 1000);
    if (Math.max(iat, nbf) > nowSeconds + leewaySeconds) refuse('access_token_invalid');
    if (exp + leewaySeconds <= nowSeconds) refuse('access_token_expired');
  }

  return (token) => {
    if (typeof token !== 'string' || token.length > maxTokenLength) refuse('access_token_malformed');
    const payload = requireAuthentic(token);
    requireTimely(payload);
    return toAccessTokenClaims(payload);
  };
}

function refuse(code: 'access_token_malformed' | 'access_token_invalid' | 'access_token_expired'): never {
  throw new AuthError(code);
}
