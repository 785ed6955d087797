// RFC 8725 §3.12, ASVS 9.2.2: a value that was made for another purpose is presented as an access token.
import { createHmac } from 'node:crypto';
import { createAccessTokens, createKeyRing, type KeyPurpose } from '@tessera-auth/core/primitives';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../domains/tokens/describe-hostile-tokens.js';
import { audience, goodPayload, grant, issuer, noonMs, rootSecret } from '../domains/tokens/token-suite.js';

const purposes: readonly KeyPurpose[] = [
  'refresh-mac',
  'refresh-successor',
  'csrf',
  'seal:totp',
  'seal:access',
  'seal:',
];
const options = { issuer, audience, clock: { now: () => noonMs } };
const keyRing = createKeyRing({ secret: rootSecret });
const tokens = createAccessTokens({ ...options, keyRing });

function signWith(secret: Uint8Array, keyId = keyRing.activeKeyId): string {
  const parts = [{ alg: 'HS256', typ: 'at+jwt', kid: keyId }, goodPayload()];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

describe('a token that was signed for another purpose', () => {
  it('would be accepted if it were signed for this one', () => {
    expect(refusalOf(tokens, signWith(keyRing.activeKey('access')))).toBeNull();
  });

  it.each(purposes)('is refused: %s', (purpose) => {
    expect(refusalOf(tokens, signWith(keyRing.activeKey(purpose)))).toBe('access_token_invalid');
  });

  it('is refused: the root secret itself', () => {
    expect(refusalOf(tokens, signWith(Buffer.from(rootSecret)))).toBe('access_token_invalid');
  });

  it('is refused: the same purpose in another environment', () => {
    const staging = createKeyRing({ secret: rootSecret, environment: 'staging' });
    expect(refusalOf(tokens, signWith(staging.activeKey('access')))).toBe('access_token_invalid');
    expect(refusalOf(tokens, signWith(staging.activeKey('access'), staging.activeKeyId))).toBe(
      'access_token_invalid',
    );
  });
});

describe('rotating the root secret', () => {
  const fresh = 'w8Xc4Vb6Nm2Qa9Se5Dr7Ft1Gy3Hu0JkL';
  const { token } = tokens.issue(grant);

  it('keeps tokens of the old one alive', () => {
    const rotated = createAccessTokens({
      ...options,
      keyRing: createKeyRing({ secret: [fresh, rootSecret] }),
    });
    expect(refusalOf(rotated, token)).toBeNull();
    expect(refusalOf(tokens, rotated.issue(grant).token)).toBe('access_token_invalid');
  });

  it('is preceded by making it known as next', () => {
    const secret = [rootSecret, { secret: fresh, state: 'next' }] as const;
    const prepared = createAccessTokens({ ...options, keyRing: createKeyRing({ secret }) });
    const rotated = createAccessTokens({
      ...options,
      keyRing: createKeyRing({ secret: [fresh, rootSecret] }),
    });
    expect(refusalOf(prepared, rotated.issue(grant).token)).toBeNull();
    expect(refusalOf(rotated, prepared.issue(grant).token)).toBeNull();
  });

  it.each([
    ['retired', [fresh, { secret: rootSecret, state: 'retired' }]],
    ['gone', [fresh]],
  ] as const)('refuses tokens of the old one once it is %s', (_, secret) => {
    const rotated = createAccessTokens({ ...options, keyRing: createKeyRing({ secret }) });
    expect(refusalOf(rotated, token)).toBe('access_token_invalid');
  });
});
