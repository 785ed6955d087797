import { createHmac, createSecretKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { createVerifier } from 'fast-jwt';
import { jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { audience, issuer, type Setting } from './algorithms.js';

/** Takes a token as the server gets it, and gives what it says. */
export type Verify = (token: string) => unknown;

/** The synchronous verifiers for one algorithm, by the name of their column. */
export function createVerifiers(setting: Setting): Readonly<Record<string, Verify>> {
  return {
    floor: createFloor(setting),
    ours: setting.forgetful.verify,
    'fast-jwt': createFastJwt(setting, false),
    'ours, cached': setting.remembering.verify,
    'fast-jwt, cached': createFastJwt(setting, true),
    // jsonwebtoken does not know EdDSA.
    ...(setting.alg === 'EdDSA' ? {} : { jsonwebtoken: createJsonWebToken(setting, setting.alg) }),
  };
}

/** jose, which answers with a promise. */
export function createJose({ alg, verificationKey }: Setting): (token: string) => Promise<unknown> {
  const options = { algorithms: [alg], issuer, audience, typ: 'at+jwt' };
  return (token) => jwtVerify(token, verificationKey, options);
}

/** `node:crypto` and `JSON.parse`, and no check but that of the signature: nobody should use this. */
function createFloor({ alg, verificationKey }: Setting): Verify {
  const digest = alg === 'EdDSA' ? null : 'sha256';
  const isRight = (input: string, signature: Buffer): boolean => {
    if (alg === 'HS256') {
      return timingSafeEqual(createHmac('sha256', verificationKey).update(input).digest(), signature);
    }
    const key = verificationKey as KeyObject;
    return verify(
      digest,
      Buffer.from(input),
      alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key,
      signature,
    );
  };
  return (token) => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    if (!isRight(`${header}.${payload}`, Buffer.from(signature, 'base64url'))) throw new Error('invalid');
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  };
}

function createFastJwt({ alg, verificationKey }: Setting, cache: boolean): Verify {
  return createVerifier({
    key: textOf(verificationKey),
    algorithms: [alg],
    allowedIss: issuer,
    allowedAud: audience,
    checkTyp: 'at+jwt',
    requiredClaims: ['iss', 'aud', 'sub', 'client_id', 'iat', 'exp', 'jti', 'sid', 'epoch'],
    cache: cache ? 10_000 : false,
  });
}

function createJsonWebToken({ verificationKey }: Setting, alg: 'HS256' | 'RS256' | 'ES256'): Verify {
  // As bytes, jsonwebtoken would try to read it as PEM first, at every use.
  const key = verificationKey instanceof Uint8Array ? createSecretKey(verificationKey) : verificationKey;
  return (token) => jsonwebtoken.verify(token, key, { algorithms: [alg], issuer, audience });
}

/** A key in the form that fast-jwt takes. */
export function textOf(key: KeyObject | Uint8Array): string | Buffer {
  if (key instanceof Uint8Array) return Buffer.from(key);
  return key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' });
}
