import {
  createHmac,
  createPrivateKey,
  createSecretKey,
  type KeyObject,
  sign as signBytes,
} from 'node:crypto';
import { createSigner } from 'fast-jwt';
import { SignJWT } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { createClaims, type Setting } from './algorithms.js';
import { textOf } from './verifiers.js';

/** Makes one token. */
export type Sign = (at: number) => unknown;

/** The synchronous signers for one algorithm, by the name of their column. We do not sign with RS256. */
export function createSigners(setting: Setting): Readonly<Record<string, Sign>> {
  const { alg, keyId, forgetful, signingKey } = setting;
  const header = { alg, typ: 'at+jwt', kid: keyId };
  const fastJwt = createSigner({ key: textOf(signingKey), algorithm: alg, header });
  const key =
    signingKey instanceof Uint8Array ? createSecretKey(signingKey) : createPrivateKey(textOf(signingKey));
  return {
    floor: createFloor(setting, header),
    ...(alg === 'RS256' ? {} : { ours: () => forgetful.issue(createGrant()) }),
    'fast-jwt': (at) => fastJwt(createClaims(at)),
    ...(alg === 'EdDSA'
      ? {}
      : {
          jsonwebtoken: (at: number) => jsonwebtoken.sign(createClaims(at), key, { algorithm: alg, header }),
        }),
  };
}

/** jose, which answers with a promise. */
export function createJoseSigner({ alg, keyId, signingKey }: Setting): (at: number) => Promise<string> {
  const header = { alg, typ: 'at+jwt', kid: keyId };
  return (at) => new SignJWT(createClaims(at)).setProtectedHeader(header).sign(signingKey);
}

function createFloor({ alg, signingKey }: Setting, header: object): Sign {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return (at) => {
    const input = `${encode(header)}.${encode(createClaims(at))}`;
    if (alg === 'HS256')
      return `${input}.${createHmac('sha256', signingKey).update(input).digest('base64url')}`;
    const key = { key: signingKey as KeyObject, dsaEncoding: 'ieee-p1363' } as const;
    return `${input}.${signBytes(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), key).toString('base64url')}`;
  };
}

function createGrant() {
  return {
    subject: 'user_0123456789abcd',
    clientId: 'web',
    sessionId: 'BBBBBBBBBBBBBBBBBBBBBB',
    tenantId: 'tenant_01',
    userEpoch: 3,
    tenantEpoch: 2,
    rolesVersion: 0,
    roles: ['admin', 'editor'],
    permissions: null,
    amr: ['pwd', 'otp'],
    authTime: new Date(),
    notAfter: new Date(Date.now() + 86_400_000),
  };
}
