import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import {
  type AccessTokenGrant,
  type AccessTokens,
  type AccessTokensOptions,
  type Clock,
  createAccessTokens,
  createKeyRing,
  importSigningKey,
} from '@tessera-auth/core/primitives';
import { rfc7515Ec, rfc8037Ed25519 } from '../../vectors/json-web-keys.js';

/** A clock that stands still until a test moves it. */
export interface SettableClock extends Clock {
  moveTo(ms: number): void;
}

/** Everything to make and forge tokens of one algorithm, the forging without any code under test. */
export interface TokenSuite {
  readonly alg: 'HS256' | 'ES256' | 'EdDSA';
  readonly keyId: string;
  readonly options: AccessTokensOptions;
  readonly tokens: AccessTokens;
  readonly clock: SettableClock;
  /** What jose verifies with. */
  readonly joseKey: KeyObject | Uint8Array;
  /** The bytes of a right signature. */
  readonly sign: (signingInput: string) => Buffer;
}

/** Noon on the first of May 2026, when every test happens. */
export const noonMs = Date.UTC(2026, 4, 1, 12);
export const noon = noonMs / 1000;
export const issuer = 'https://auth.example.com';
export const audience = 'https://api.example.com';
export const rootSecret = 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs';

export const grant: AccessTokenGrant = {
  subject: 'user-1',
  clientId: 'web',
  sessionId: 'c2Vzc2lvbi1pZC0xMjM0NQ',
  tenantId: 'acme',
  userEpoch: 3,
  tenantEpoch: 2,
  rolesVersion: 7,
  roles: ['admin', 'редактор'],
  permissions: 'q3Jh.AQID',
  amr: ['pwd', 'otp'],
  authTime: new Date(noonMs - 60_000),
  notAfter: new Date(noonMs + 86_400_000),
};

/** A header of the suite's own tokens. */
export function headerOf(suite: TokenSuite): Record<string, unknown> {
  return { alg: suite.alg, typ: 'at+jwt', kid: suite.keyId };
}

/** The payload of a token that was issued at noon. */
export function goodPayload(): Record<string, unknown> {
  return {
    iss: issuer,
    aud: audience,
    sub: 'user-1',
    client_id: 'web',
    iat: noon,
    exp: noon + 900,
    jti: 'dG9rZW4taWQtMTIzNDU2Nw',
    sid: 'c2Vzc2lvbi1pZC0xMjM0NQ',
    epoch: 3,
    tenant: 'acme',
    tenant_epoch: 2,
    roles_version: 7,
    roles: ['admin'],
    permissions: 'q3Jh.AQID',
    amr: ['pwd'],
    auth_time: noon - 60,
  };
}

export function base64Url(value: string | Uint8Array): string {
  return Buffer.from(value).toString('base64url');
}

/** A token over exactly these bytes, rightly signed. */
export function forgeBytes(
  suite: TokenSuite,
  header: string | Uint8Array,
  payload: string | Uint8Array,
): string {
  return signText(suite, `${base64Url(header)}.${base64Url(payload)}`);
}

/** A token over this signing input, rightly signed. */
export function signText(suite: TokenSuite, signingInput: string): string {
  return `${signingInput}.${base64Url(suite.sign(signingInput))}`;
}

/** A rightly signed token that differs from a good one in these members; `undefined` leaves one out. */
export function forge(
  suite: TokenSuite,
  changes: { readonly header?: object; readonly payload?: object } = {},
): string {
  const header = { ...headerOf(suite), ...changes.header };
  const payload = { ...goodPayload(), ...changes.payload };
  return forgeBytes(suite, JSON.stringify(header), JSON.stringify(payload));
}

/** One suite for each algorithm that signs, with keys from the RFCs and no cache. */
export async function createTokenSuites(): Promise<readonly TokenSuite[]> {
  const keyRing = createKeyRing({ secret: rootSecret });
  const secret = keyRing.activeKey('access');
  const hmac = createSuite({ keyRing, cacheSize: 0 }, 'HS256', keyRing.activeKeyId, secret, (input) =>
    createHmac('sha256', secret).update(input).digest(),
  );
  return [hmac, await createAsymmetric('ES256', rfc7515Ec), await createAsymmetric('EdDSA', rfc8037Ed25519)];
}

async function createAsymmetric(alg: 'ES256' | 'EdDSA', jwk: typeof rfc7515Ec | typeof rfc8037Ed25519) {
  const key = await importSigningKey(jwk, { alg, state: 'active' });
  const privateKey = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  const publicKey = createPublicKey(privateKey);
  return createSuite({ signingKeys: [key], cacheSize: 0 }, alg, key.keyId, publicKey, (input) =>
    sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), {
      key: privateKey,
      dsaEncoding: 'ieee-p1363',
    }),
  );
}

function createSuite(
  keys: Pick<AccessTokensOptions, 'keyRing' | 'signingKeys' | 'cacheSize'>,
  alg: TokenSuite['alg'],
  keyId: string,
  joseKey: TokenSuite['joseKey'],
  signBytes: TokenSuite['sign'],
): TokenSuite {
  const clock = createSettableClock();
  const options: AccessTokensOptions = { issuer, audience, clock, ...keys };
  return { alg, keyId, options, clock, joseKey, tokens: createAccessTokens(options), sign: signBytes };
}

function createSettableClock(): SettableClock {
  let nowMs = noonMs;
  return {
    now: () => nowMs,
    moveTo(ms) {
      nowMs = ms;
    },
  };
}
