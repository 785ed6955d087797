import type { Clock } from '../../clock.js';
import { decodeBase64Url } from '../../crypto/base64url.js';
import { AuthError } from '../../errors.js';
import type { AccessTokenClaims } from './access-token-claims.js';
import { maxTokenLength, splitCompactToken } from './compact-token.js';
import { requireTokenPayload } from './read-token-payload.js';
import { decodeTokenHeader } from './token-header.js';
import { createTokenHeaderMemory } from './token-header-memory.js';
import type { TokenKey, TokenKeys } from './token-key.js';
import {
  findRuleProblem,
  type PayloadRules,
  type TokenPayload,
  toAccessTokenClaims,
} from './token-payload.js';
import { createVerifiedTokenCache } from './verified-token-cache.js';

/** What verifying needs. */
export interface TokenVerifierOptions {
  readonly keys: TokenKeys;
  readonly rules: PayloadRules;
  readonly clock: Clock;
  readonly leewaySeconds: number;
  /** How many verified tokens are remembered; 0 remembers none. */
  readonly cacheSize: number;
}

/** What stays true of a token for as long as its key may verify. */
interface AuthenticToken {
  readonly key: TokenKey;
  readonly payload: TokenPayload;
}

/** The function behind {@link AccessTokens.verify}. */
export function createTokenVerifier(options: TokenVerifierOptions): (token: string) => AccessTokenClaims {
  const { keys, rules, clock, leewaySeconds, cacheSize } = options;
  const headers = createTokenHeaderMemory();
  const cache = cacheSize === 0 ? null : createVerifiedTokenCache<AuthenticToken>(cacheSize);

  function requireAuthentic(token: string): AuthenticToken {
    const parts = splitCompactToken(token) ?? refuse('access_token_malformed');
    const known = headers.find(parts.header);
    const header = known ?? decodeTokenHeader(parts.header) ?? refuse('access_token_malformed');
    // The key decides the algorithm; a header that says another one lies (RFC 8725 §3.1).
    const key = keys.find(header.keyId);
    if (key === null || key.algorithm !== header.algorithm) refuse('access_token_invalid');
    // Both parts have proved to be canonical base64url before they are hashed, hence ASCII. Letters outside of it
    // would lose their high bits on the way to the hash.
    const bytes = decodeBase64Url(parts.payload) ?? refuse('access_token_malformed');
    if (!key.verify(parts.signingInput, parts.signature)) refuse('access_token_invalid');
    if (known === null) headers.add(parts.header, header);
    const payload = requireTokenPayload(bytes);
    if (findRuleProblem(payload, rules) !== null) refuse('access_token_invalid');
    return { key, payload };
  }

  // A remembered token is right for as long as the very key that it was checked with may still verify.
  function findRemembered(token: string): AuthenticToken | null {
    const known = cache?.find(token) ?? null;
    return known !== null && keys.find(known.key.keyId) === known.key ? known : null;
  }

  function requireTimely({ iat, nbf = iat, exp }: TokenPayload): void {
    const nowSeconds = Math.floor(clock.now() / 1000);
    if (Math.max(iat, nbf) > nowSeconds + leewaySeconds) refuse('access_token_invalid');
    if (exp + leewaySeconds <= nowSeconds) refuse('access_token_expired');
  }

  return (token) => {
    if (typeof token !== 'string' || token.length > maxTokenLength) refuse('access_token_malformed');
    const known = findRemembered(token);
    const { key, payload } = known ?? requireAuthentic(token);
    requireTimely(payload);
    if (known === null) cache?.add(token, { key, payload });
    return toAccessTokenClaims(payload);
  };
}

function refuse(code: 'access_token_malformed' | 'access_token_invalid' | 'access_token_expired'): never {
  throw new AuthError(code);
}
