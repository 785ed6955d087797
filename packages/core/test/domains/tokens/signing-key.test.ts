import { createHash, type createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { inspect } from 'node:util';
import {
  createAccessTokens,
  generateSigningKey,
  importSigningKey,
  type KeyState,
  type SigningKey,
} from '@tessera-auth/core/primitives';
import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  rfc7515Ec,
  rfc7638Rsa,
  rfc7638Thumbprint,
  rfc8037Ed25519,
  rfc8037Thumbprint,
} from '../../vectors/json-web-keys.js';
import { refusalOf } from './describe-hostile-tokens.js';
import { audience, goodPayload, grant, issuer, noonMs } from './token-suite.js';

const options = { issuer, audience, clock: { now: () => noonMs } };
const rsa = generateKeyPairSync('rsa', { modulusLength: 3072 });
const rsaPublic = toJwk(rsa.publicKey);
const states: readonly KeyState[] = ['next', 'active', 'retiring', 'retired'];

describe.each(['ES256', 'EdDSA'] as const)('generateSigningKey (%s)', (alg) => {
  it('makes a private JWK that imports under its own thumbprint (ASVS 11.6.1)', async () => {
    const jwk = await generateSigningKey(alg);
    const key = await importSigningKey(jwk, { alg, state: 'active' });
    expect(jwk).toMatchObject({ alg, use: 'sig', kid: key.keyId });
    expect(key).toEqual({ keyId: jwk.kid, algorithm: alg, state: 'active', isVerificationOnly: false });
    expect((await generateSigningKey(alg)).d).not.toBe(jwk.d);
  });

  it('makes a key that no way of printing shows', async () => {
    const jwk = await generateSigningKey(alg);
    const key = await importSigningKey(jwk, { alg, state: 'active' });
    const tokens = createAccessTokens({ ...options, signingKeys: [key] });
    const printed = [key, tokens, tokens.jwks].map((value) => {
      return inspect(value, { depth: null, showHidden: true, getters: true }) + JSON.stringify(value);
    });
    expect(printed.join()).not.toContain(jwk.d);
    expect(Object.keys(tokens.jwks.keys[0] ?? {})).not.toContain('d');
  });
});

describe('importSigningKey', () => {
  it('names a key by its RFC 7638 thumbprint', async () => {
    const thumbprintOf = ({
      e,
      kty,
      n,
    }: {
      readonly e?: string;
      readonly kty?: string;
      readonly n?: string;
    }) => createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
    // The key of the RFC is too weak for us, so it shows only that the lines above are right.
    expect(thumbprintOf(rfc7638Rsa)).toBe(rfc7638Thumbprint);
    const rsaKey = await importSigningKey(rsaPublic, { alg: 'RS256', state: 'retiring' });
    const edKey = await importSigningKey(rfc8037Ed25519, { alg: 'EdDSA', state: 'active' });
    expect([rsaKey.keyId, edKey.keyId]).toEqual([thumbprintOf(rsaPublic), rfc8037Thumbprint]);
  });

  it.each([
    ['ES256', 'ec', { namedCurve: 'P-256' }],
    ['EdDSA', 'ed25519', {}],
  ] as const)('reads PEM for %s', async (alg, type, keyOptions) => {
    const pair = generateKeyPairSync(type as 'ec', keyOptions as { namedCurve: string });
    const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const active = await importSigningKey(pem, { alg, state: 'active' });
    const verifying = await importSigningKey(publicPem, { alg, state: 'retiring' });
    expect([verifying.keyId, verifying.isVerificationOnly]).toEqual([active.keyId, true]);
    const { token } = createAccessTokens({ ...options, signingKeys: [active] }).issue(grant);
    expect(refusalOf(createAccessTokens({ ...options, signingKeys: [verifying] }), token)).toBeNull();
  });

  it('lets RS256 verify and never sign', async () => {
    const jwk = rsa.privateKey.export({ format: 'jwk' }) as object;
    await expect(importSigningKey(jwk, { alg: 'RS256', state: 'active' })).rejects.toThrowError(
      'cannot sign',
    );
    const key = await importSigningKey(jwk, { alg: 'RS256', state: 'retiring' });
    const tokens = createAccessTokens({ ...options, signingKeys: [key] });
    const header = { alg: 'RS256', typ: 'at+jwt', kid: key.keyId };
    const token = await new SignJWT(goodPayload()).setProtectedHeader(header).sign(rsa.privateKey);
    expect(tokens.verify(token)).toMatchObject({ subject: 'user-1' });
    const pss = await new SignJWT(goodPayload())
      .setProtectedHeader({ ...header, alg: 'PS256' })
      .sign(rsa.privateKey);
    const [, , signature] = pss.split('.');
    expect(refusalOf(tokens, pss)).toBe('access_token_invalid');
    expect(refusalOf(tokens, token.replace(/[^.]+$/, signature ?? ''))).toBe('access_token_invalid');
    expect(() => tokens.issue(grant)).toThrowError('none is active');
    expect(Object.keys(tokens.jwks.keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  const { d: _, ...ecPublic } = rfc7515Ec;
  const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const wrong: readonly (readonly [string, 'ES256' | 'EdDSA' | 'RS256', unknown])[] = [
    ['an RSA key for ES256', 'ES256', rsaPublic],
    ['an EC key for RS256', 'RS256', rfc7515Ec],
    ['an EC key for EdDSA', 'EdDSA', rfc7515Ec],
    ['an Ed25519 key for ES256', 'ES256', rfc8037Ed25519],
    ['P-384 for ES256', 'ES256', toJwk(ec384.privateKey)],
    ['P-384 in PEM for ES256', 'ES256', ec384.privateKey.export({ type: 'pkcs8', format: 'pem' })],
    ['X25519 for EdDSA', 'EdDSA', toJwk(generateKeyPairSync('x25519').privateKey)],
    ['a secret for ES256', 'ES256', { kty: 'oct', k: 'A'.repeat(43) }],
    ['use enc', 'ES256', { ...rfc7515Ec, use: 'enc' }],
    ['key_ops without sign', 'ES256', { ...rfc7515Ec, key_ops: ['verify'] }],
    ['key_ops without verify', 'ES256', { ...ecPublic, key_ops: ['deriveKey'] }],
    ['another alg in the key', 'ES256', { ...rfc7515Ec, alg: 'ES384' }],
    ['another kid in the key', 'ES256', { ...rfc7515Ec, kid: 'mine' }],
    ['a point off the curve', 'ES256', { ...ecPublic, y: ecPublic.x }],
    ['halves of two keys', 'ES256', { ...rfc7515Ec, d: `${'A'.repeat(42)}E` }],
    ['halves of two Ed25519 keys', 'EdDSA', { ...rfc8037Ed25519, d: rfc7515Ec.d }],
    ['a certificate', 'ES256', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['no PEM', 'ES256', 'k'],
    ['nothing', 'ES256', ''],
    ['null', 'ES256', null],
    ['a number', 'ES256', 1],
    ['an empty object', 'ES256', {}],
  ];

  it.each(wrong)('refuses %s (ASVS 11.6.1)', async (_, alg, source) => {
    const imported = importSigningKey(source as object, { alg, state: 'retiring' });
    await expect(imported).rejects.toThrowError(TypeError);
    const message = await imported.catch((error: Error) => inspect(error));
    expect(message).not.toContain(rfc7515Ec.d);
  });

  it.each([
    [
      'of 1024 bits',
      toJwk(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey),
      'at least 3072 bits',
    ],
    ['of 2048 bits', rfc7638Rsa, 'at least 3072 bits'],
    [
      'of 3064 bits',
      toJwk(generateKeyPairSync('rsa', { modulusLength: 3064 }).publicKey),
      'at least 3072 bits',
    ],
    ['with exponent 1', { ...rsaPublic, e: 'AQ' }, 'odd public exponent'],
    ['with exponent 3', { ...rsaPublic, e: 'Aw' }, 'odd public exponent'],
    ['with an even exponent', { ...rsaPublic, e: 'AQAC' }, 'odd public exponent'],
  ])('refuses RSA %s, though it would only verify (ASVS 11.2.3)', async (_, source, reason) => {
    const imported = importSigningKey(source, { alg: 'RS256', state: 'retiring' });
    await expect(imported).rejects.toThrowError(reason);
  });

  it('says which operation a key does not allow', async () => {
    const cannotSign = importSigningKey(
      { ...rfc7515Ec, key_ops: ['verify'] },
      { alg: 'ES256', state: 'active' },
    );
    await expect(cannotSign).rejects.toThrowError('key_ops do not allow to sign');
    const cannotVerify = importSigningKey(
      { ...ecPublic, key_ops: ['sign'] },
      { alg: 'ES256', state: 'next' },
    );
    await expect(cannotVerify).rejects.toThrowError('key_ops do not allow to verify');
  });

  it.each([
    ['alg', { alg: 'none', state: 'next' }],
    ['alg', { alg: 'HS256', state: 'next' }],
    ['alg', { alg: 'constructor', state: 'next' }],
    ['state', { alg: 'ES256', state: 'revoked' }],
  ])('refuses an unknown %s', async (option, keyOptions) => {
    await expect(importSigningKey(rfc7515Ec, keyOptions as never)).rejects.toThrowError(option);
  });
});

describe('signingKeys', () => {
  it('verify in every state but retired, and only the active one signs', async () => {
    const jwks = await Promise.all(states.map(() => generateSigningKey('ES256')));
    const keys = await Promise.all(
      jwks.map((jwk, at) => importSigningKey(jwk, { alg: 'ES256', state: states[at] ?? 'retired' })),
    );
    const tokens = createAccessTokens({ ...options, signingKeys: keys });
    const accepted = await Promise.all(
      jwks.map(async (jwk) => {
        const key = await importSigningKey(jwk, { alg: 'ES256', state: 'active' });
        return refusalOf(tokens, createAccessTokens({ ...options, signingKeys: [key] }).issue(grant).token);
      }),
    );
    expect(accepted).toEqual([null, null, null, 'access_token_invalid']);
    expect(tokens.jwks.keys.map(({ kid }) => kid)).toEqual([1, 0, 2].map((at) => keys[at]?.keyId));
    const { token } = tokens.issue(grant);
    const verified = await jwtVerify(token, createLocalJWKSet({ keys: [...tokens.jwks.keys] }), {
      currentDate: new Date(noonMs),
    });
    expect(verified.protectedHeader.kid).toBe(keys[1]?.keyId);
  });

  it('of two algorithms each verify their own tokens only (ASVS 11.2.2)', async () => {
    const ec = await importSigningKey(rfc7515Ec, { alg: 'ES256', state: 'active' });
    const ed = await importSigningKey(rfc8037Ed25519, { alg: 'EdDSA', state: 'retiring' });
    const tokens = createAccessTokens({ ...options, signingKeys: [ec, ed] });
    const { token } = tokens.issue(grant);
    const [header = '', ...rest] = token.split('.');
    const text = Buffer.from(header, 'base64url').toString();
    for (const other of [text.replace(ec.keyId, ed.keyId), text.replace('ES256', 'EdDSA')]) {
      const swapped = [Buffer.from(other).toString('base64url'), ...rest].join('.');
      expect(refusalOf(tokens, swapped)).toBe('access_token_invalid');
    }
    expect(refusalOf(tokens, token)).toBeNull();
  });

  it('must be real, different, and have at most one that is active', async () => {
    const first = await importSigningKey(rfc7515Ec, { alg: 'ES256', state: 'active' });
    const second = await importSigningKey(rfc8037Ed25519, { alg: 'EdDSA', state: 'active' });
    const lists: readonly (readonly [string, readonly SigningKey[]])[] = [
      ['only one', [first, second]],
      ['twice', [first, first]],
      ['importSigningKey', [{ ...first }]],
    ];
    for (const [problem, signingKeys] of lists) {
      expect(() => createAccessTokens({ ...options, signingKeys })).toThrowError(problem);
    }
  });
});

function toJwk(
  key: Parameters<typeof createPublicKey>[0] & { export(o: { format: 'jwk' }): JsonWebKey },
): object {
  return key.export({ format: 'jwk' }) as object;
}
