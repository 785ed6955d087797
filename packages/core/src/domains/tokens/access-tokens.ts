import { type Clock, systemClock } from '../../clock.js';
import type { KeyRing } from '../../crypto/key-ring.js';
import { type Random, systemRandom } from '../../crypto/random.js';
import { type Duration, parseDuration } from '../../duration.js';
import type { AccessTokenClaims, AccessTokenGrant, IssuedAccessToken } from './access-token-claims.js';
import type { JsonWebKeySet } from './json-web-key-set.js';
import { createRingTokenKeys } from './ring-token-keys.js';
import { createSigningTokenKeys, type SigningKeySource } from './signing-token-keys.js';
import { createTokenIssuer } from './token-issuer.js';
import { createTokenVerifier } from './token-verifier.js';

/** Issues access tokens and verifies them, both synchronously and without any store. */
export interface AccessTokens {
  /**
   * A signed token for `grant` (RFC 9068). It lives for the configured lifetime, or until `grant.notAfter` if that is
   * sooner.
   *
   * @throws AuthError `access_token_expired` when less than a whole second is left until `grant.notAfter`.
   * @throws `TypeError` naming the claim when the grant is not valid or too long for a token, and when no key signs.
   */
  issue(grant: AccessTokenGrant): IssuedAccessToken;
  /**
   * What `token` says, once its form, key, signature, issuer, audience and times are right.
   *
   * Stricter than RFC 7519 wherever a token could be read in two ways: one spelling in base64url and in JSON, a header of
   * `alg`, `typ` and `kid` and nothing else, all claims of {@link AccessTokenClaims} with their type, whole seconds, a
   * life no longer than `lifetime`, at most 8,192 characters. Unknown claims are ignored up to four levels deep.
   *
   * Says nothing about revocation: hold `jti`, `sessionId`, `userEpoch` and `tenantEpoch` against a revocation list.
   *
   * @throws AuthError `access_token_malformed` when it is no token, `access_token_expired` when it was a good one, and
   * `access_token_invalid` for every other reason. Never anything else, whatever `token` is.
   */
  verify(token: string): AccessTokenClaims;
  /** How long a token lives at most, in milliseconds. */
  readonly lifetimeMs: number;
  /**
   * How long after its issue some node may still accept a token, in milliseconds: how long a revocation must be kept.
   * The lifetime, and the leeway twice: the issuer's clock may be that much ahead, and the verifier's that much behind.
   */
  readonly longestAliveMs: number;
  /** The public keys to publish (RFC 7517 §5), fit for anybody's eyes. Empty for HS256. */
  readonly jwks: JsonWebKeySet;
}

/** What access tokens are made of. */
export interface AccessTokensOptions {
  /** `iss`: an https URL that is yours, compared exactly. */
  readonly issuer: string;
  /** `aud`: whom the tokens are for. With several, tokens name all of them and one is enough to be accepted. */
  readonly audience: string | readonly string[];
  /** Where HS256 keys come from. Needed unless `signingKeys` are given, and then not used. */
  readonly keyRing?: KeyRing;
  /**
   * ES256, EdDSA or RS256 keys instead of HS256, so that others can verify without being able to sign. HS256 tokens are
   * then refused. A function is asked at every use and lets keys change while the process runs: it must answer at once,
   * with the identical array for as long as nothing changed.
   */
  readonly signingKeys?: SigningKeySource;
  /** How long a token lives: whole seconds, `'1s'` to `'24h'`. Tokens that live longer are refused. Default `'15m'`. */
  readonly lifetime?: Duration;
  /** How far the clocks of nodes may be apart: whole seconds, at most `'60s'`. Default `'5s'`. */
  readonly leeway?: Duration;
  /**
   * How many verified tokens are remembered, about 1.5 kB each, rounded up to an even number; 0 remembers none. A remembered token still has its times
   * and its key checked at every use. Default 10,000 with `signingKeys`, and 0 without: verifying HS256 again takes
   * a few microseconds.
   */
  readonly cacheSize?: number;
  readonly clock?: Clock;
  /** Replaceable in tests only. */
  readonly random?: Random;
}

/**
 * Access tokens of one issuer.
 *
 * @throws `TypeError` naming the option that is not valid.
 */
export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { signingKeys, clock = systemClock, random = systemRandom } = options;
  const lifetimeSeconds = parseSeconds('lifetime', options.lifetime ?? '15m', '1s', '24h');
  const leewaySeconds = parseSeconds('leeway', options.leeway ?? '5s', '0s', '60s');
  const cacheSize = options.cacheSize ?? (signingKeys === undefined ? 0 : 10_000);
  const audiences = typeof options.audience === 'string' ? [options.audience] : [...options.audience];
  if (typeof options.issuer !== 'string' || options.issuer === '') {
    throw new TypeError('issuer: expected a URL');
  }
  if (audiences.length === 0 || audiences.some((name) => typeof name !== 'string' || name === '')) {
    throw new TypeError('audience: expected at least one name, and none empty');
  }
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) {
    throw new TypeError('cacheSize: expected a whole number');
  }

  const published = signingKeys === undefined ? null : createSigningTokenKeys(signingKeys);
  const keys = published ?? createRingTokenKeys(options.keyRing ?? missingKeys());
  const rules = { issuer: options.issuer, audiences, lifetimeSeconds };

  return {
    issue: createTokenIssuer({ keys, rules, clock, random }),
    verify: createTokenVerifier({ keys, rules, clock, leewaySeconds, cacheSize }),
    lifetimeMs: lifetimeSeconds * 1000,
    longestAliveMs: (lifetimeSeconds + 2 * leewaySeconds) * 1000,
    get jwks() {
      return { keys: published?.listPublicKeys() ?? [] };
    },
  };
}

function missingKeys(): never {
  throw new TypeError('keyRing: needed where no signingKeys are given');
}

// Tokens count in whole seconds; rounding an option would break a promise in one direction or the other.
function parseSeconds(option: string, value: Duration, min: Duration, max: Duration): number {
  const seconds = parseDuration(option, value, { min, max }) / 1000;
  if (!Number.isInteger(seconds)) throw new TypeError(`${option}: must be whole seconds`);
  return seconds;
}
