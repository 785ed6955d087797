import {
  type AccessTokens,
  createAccessTokens,
  createKeyRing,
  generateSigningKey,
  importSigningKey,
  type KeyRing,
  type SigningKey,
} from '@tessera-auth/core/primitives';
import { describe, expect, it } from 'vitest';
import { refusalOf } from './describe-hostile-tokens.js';
import { createTokenSuites, forge, grant, noonMs, rootSecret } from './token-suite.js';

describe.each(await createTokenSuites())('verify, with a memory ($alg)', (suite) => {
  const { clock, options } = suite;
  const remembering = () => createAccessTokens({ ...options, cacheSize: 4 });

  it('says the same at every use', () => {
    const tokens = remembering();
    const { token, claims } = tokens.issue(grant);
    for (let use = 0; use < 3; use++) expect(tokens.verify(token)).toEqual(claims);
  });

  it('says the same for many more tokens than it remembers', () => {
    const tokens = remembering();
    const issued = Array.from({ length: 30 }, (_, at) => tokens.issue({ ...grant, subject: `user-${at}` }));
    for (let round = 0; round < 3; round++) {
      for (const { token, claims } of issued) expect(tokens.verify(token)).toEqual(claims);
      for (const { token, claims } of issued.slice(0, 3)) expect(tokens.verify(token)).toEqual(claims);
    }
  });

  it('looks at the clock again', () => {
    const tokens = remembering();
    const { token } = tokens.issue(grant);
    const late = forge(suite, { payload: { nbf: noonMs / 1000 + 5 } });
    expect([refusalOf(tokens, token), refusalOf(tokens, late)]).toEqual([null, null]);
    clock.moveTo(noonMs + 905_000);
    expect(refusalOf(tokens, token)).toBe('access_token_expired');
    clock.moveTo(noonMs - 1000);
    expect([refusalOf(tokens, token), refusalOf(tokens, late)]).toEqual([null, 'access_token_invalid']);
    clock.moveTo(noonMs - 6000);
    expect(refusalOf(tokens, token)).toBe('access_token_invalid');
    clock.moveTo(noonMs);
  });

  it('compares the whole token, not the part that it is found by', () => {
    const tokens = remembering();
    const { token } = tokens.issue(grant);
    tokens.verify(token);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const other = tokens.issue({ ...grant, roles: ['root'] }).token.split('.')[1];
    const forged = [
      `${header}.${other}.${signature}`,
      `${header}.${payload}.A${signature}`,
      `${header}.${payload.slice(0, -1)}.${signature}`,
      `.${signature}`,
      signature,
      signature.slice(-43),
      `${token}.${signature}`,
    ];
    expect(forged.filter((text) => refusalOf(tokens, text) === null)).toEqual([]);
  });

  it('does not let a caller change what the next one is told', () => {
    const tokens = remembering();
    const { token, claims } = tokens.issue(grant);
    const first = tokens.verify(token);
    first.authTime.setTime(0);
    expect(() => (first.roles as string[]).push('root')).toThrowError(TypeError);
    expect(tokens.verify(token)).toEqual(claims);
  });

  it('shares nothing with another verifier', () => {
    const tokens = remembering();
    const { token } = tokens.issue(grant);
    tokens.verify(token);
    const other = createAccessTokens({ ...options, cacheSize: 4, audience: 'other' });
    expect(refusalOf(other, token)).toBe('access_token_invalid');
  });
});

describe('verify, when a key is withdrawn', () => {
  const { issuer, audience, clock } = {
    issuer: 'https://a.example',
    audience: 'api',
    clock: { now: () => noonMs },
  };

  it('refuses remembered tokens of a signing key from that moment on', async () => {
    const jwk = await generateSigningKey('EdDSA');
    const next = await importSigningKey(await generateSigningKey('EdDSA'), { alg: 'EdDSA', state: 'active' });
    let signingKeys: readonly SigningKey[] = [await importSigningKey(jwk, { alg: 'EdDSA', state: 'active' })];
    const tokens = createAccessTokens({ issuer, audience, clock, signingKeys: () => signingKeys });
    const { token } = tokens.issue(grant);
    expect(refusalOf(tokens, token)).toBeNull();

    signingKeys = [next, await importSigningKey(jwk, { alg: 'EdDSA', state: 'retiring' })];
    expect([refusalOf(tokens, token), tokens.jwks.keys.length]).toEqual([null, 2]);
    signingKeys = [next, await importSigningKey(jwk, { alg: 'EdDSA', state: 'retired' })];
    expect([refusalOf(tokens, token), tokens.jwks.keys.length]).toEqual(['access_token_invalid', 1]);
    signingKeys = [next];
    expect(refusalOf(tokens, token)).toBe('access_token_invalid');
    expect(refusalOf(tokens, tokens.issue(grant).token)).toBeNull();
  });

  it('refuses remembered tokens of a root secret from that moment on', () => {
    const secret = { secret: rootSecret, state: 'active' } as const;
    const other = { secret: 'w8Xc4Vb6Nm2Qa9Se5Dr7Ft1Gy3Hu0JkL', state: 'active' } as const;
    let ring: KeyRing = createKeyRing({ secret: [secret] });
    const keyRing: KeyRing = {
      get activeKeyId() {
        return ring.activeKeyId;
      },
      activeKey: (purpose) => ring.activeKey(purpose),
      findKey: (keyId, purpose) => ring.findKey(keyId, purpose),
      listKeyIds: () => ring.listKeyIds(),
    };
    const tokens: AccessTokens = createAccessTokens({ issuer, audience, clock, keyRing, cacheSize: 10 });
    const { token } = tokens.issue(grant);
    expect(refusalOf(tokens, token)).toBeNull();
    ring = createKeyRing({ secret: [other, { ...secret, state: 'retiring' }] });
    expect(refusalOf(tokens, token)).toBeNull();
    ring = createKeyRing({ secret: [other, { ...secret, state: 'retired' }] });
    expect(refusalOf(tokens, token)).toBe('access_token_invalid');
  });
});
