import type { Clock } from '../../clock.js';
import { createId, type Random } from '../../crypto/random.js';
import { AuthError } from '../../errors.js';
import type { AccessTokenGrant, IssuedAccessToken } from './access-token-claims.js';
import { encodeJsonObject } from './canonical-json.js';
import { maxTokenLength } from './compact-token.js';
import { encodeTokenHeader } from './token-header.js';
import type { TokenKeys } from './token-key.js';
import {
  createTokenPayload,
  findRuleProblem,
  findShapeProblem,
  type PayloadRules,
  toAccessTokenClaims,
} from './token-payload.js';

// A dot and the 86 characters of an ES256 or EdDSA signature.
const maxSignatureLength = 87;

/** What issuing needs. */
export interface TokenIssuerOptions {
  readonly keys: TokenKeys;
  readonly rules: PayloadRules;
  readonly clock: Clock;
  readonly random: Random;
}

/** The function behind {@link AccessTokens.issue}. */
export function createTokenIssuer(
  options: TokenIssuerOptions,
): (grant: AccessTokenGrant) => IssuedAccessToken {
  const { keys, rules, clock, random } = options;
  const audience =
    rules.audiences.length === 1 && rules.audiences[0] !== undefined ? rules.audiences[0] : rules.audiences;

  function createPayload(grant: AccessTokenGrant) {
    const iat = Math.floor(clock.now() / 1000);
    const exp = Math.min(iat + rules.lifetimeSeconds, Math.floor(grant.notAfter.getTime() / 1000));
    if (exp <= iat) throw new AuthError('access_token_expired');
    const aud = typeof audience === 'string' ? audience : [...audience];
    return createTokenPayload(grant, { iss: rules.issuer, aud, iat, exp, jti: createId(random) });
  }

  return (grant) => {
    const key = keys.findActive();
    if (key?.sign === undefined) throw new TypeError('signingKeys: none is active');
    const payload = createPayload(grant);
    // Held against the verifier's own rules, so that nothing is issued that would be refused.
    const problem = findShapeProblem({ ...payload }) ?? findRuleProblem(payload, rules);
    if (problem !== null) throw new TypeError(`grant: does not make a valid ${problem}`);

    const signingInput = `${encodeTokenHeader(key)}.${encodeJsonObject({ ...payload })}`;
    if (signingInput.length > maxTokenLength - maxSignatureLength)
      throw new TypeError('grant: too long for a token');
    const claims = toAccessTokenClaims(payload);
    return { token: `${signingInput}.${key.sign(signingInput)}`, claims, expiresAt: claims.expiresAt };
  };
}
