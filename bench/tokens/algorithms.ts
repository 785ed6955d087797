import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  type AccessTokens,
  type AccessTokensOptions,
  createAccessTokens,
  createKeyRing,
  importSigningKey,
} from '@tessera-auth/core/primitives';
import { SignJWT } from 'jose';

/** The algorithms under measurement. */
export const algorithms = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const;
export type Algorithm = (typeof algorithms)[number];

/** One algorithm's keys, tokens and verifiers: ours without and with a memory. */
export interface Setting {
  readonly alg: Algorithm;
  readonly signingKey: KeyObject | Uint8Array;
  readonly verificationKey: KeyObject | Uint8Array;
  readonly keyId: string;
  readonly forgetful: AccessTokens;
  readonly remembering: AccessTokens;
  /** Different good tokens, each as the header line that it arrives in. */
  readonly headerLines: readonly string[];
}

export const issuer = 'https://auth.example.com';
export const audience = 'https://api.example.com';
const tokenCount = 256;

/** What every token says; about 330 characters of JSON. */
export function createClaims(at: number): Record<string, unknown> & { iat: number } {
  const iat = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: audience,
    sub: `user_0123456789abcd${at}`,
    client_id: 'web',
    iat,
    exp: iat + 3600,
    jti: `AAAAAAAAAAAAAAAAAA${String(at).padStart(4, '0')}`,
    sid: 'BBBBBBBBBBBBBBBBBBBBBB',
    epoch: 3,
    tenant: 'tenant_01',
    tenant_epoch: 2,
    roles: ['admin', 'editor'],
    amr: ['pwd', 'otp'],
    auth_time: iat,
  };
}

/** Fresh keys and tokens for `alg`. */
export async function createSetting(alg: Algorithm): Promise<Setting> {
  const { options, keyId, signingKey, verificationKey } = await createKeys(alg);
  const create = (cacheSize: number) =>
    createAccessTokens({ ...options, issuer, audience, lifetime: '1h', cacheSize });
  const header = { alg, typ: 'at+jwt', kid: keyId };
  const headerLines = await Promise.all(
    Array.from({ length: tokenCount }, async (_, at) => {
      return `Bearer ${await new SignJWT(createClaims(at)).setProtectedHeader(header).sign(signingKey)}`;
    }),
  );
  return {
    alg,
    keyId,
    signingKey,
    verificationKey,
    headerLines,
    forgetful: create(0),
    remembering: create(10_000),
  };
}

interface Keys extends Pick<Setting, 'keyId' | 'signingKey' | 'verificationKey'> {
  readonly options: Pick<AccessTokensOptions, 'keyRing' | 'signingKeys'>;
}

async function createKeys(alg: Algorithm): Promise<Keys> {
  if (alg === 'HS256') {
    const keyRing = createKeyRing({ secret: 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs' });
    const secret = keyRing.activeKey('access');
    return { options: { keyRing }, keyId: keyRing.activeKeyId, signingKey: secret, verificationKey: secret };
  }
  const { privateKey, publicKey } = generatePair(alg);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const key = await importSigningKey(pem, { alg, state: alg === 'RS256' ? 'retiring' : 'active' });
  return {
    options: { signingKeys: [key] },
    keyId: key.keyId,
    signingKey: privateKey,
    verificationKey: publicKey,
  };
}

function generatePair(alg: Exclude<Algorithm, 'HS256'>) {
  if (alg === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 3072 });
  return alg === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('ed25519');
}
