import { createSecretKey } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { createAuth, memoryStores } from '@tessera-auth/core';
import { jwtVerify, SignJWT } from 'jose';
import { bearer, forge } from './credentials.js';
import { openRedis } from './databases.js';
import { signIn } from './tessera.js';
import { type Credentials, type HandWrittenVariant, publicUrl, secret } from './variants.js';

/** Who sent a request; `null` for nobody. */
export type Identify = (headers: IncomingHttpHeaders) => Promise<string | null>;

/** The key of the peers' tokens: HS256 like Tessera's own. */
export const peerKey = createSecretKey(Buffer.from(secret));
const peerUserId = 'lc10-_g058FVZJ3q8IlzMQ';

/** What people write themselves. */
export function createHandWritten(
  variant: HandWrittenVariant,
): Promise<{ readonly identify: Identify; readonly credentials: Credentials }> {
  return variant === 'jose by hand' ? createByJose() : createByExists();
}

/** A token as the peers' examples make it, with claims as many as Tessera's. */
export async function signPeerToken(): Promise<Credentials> {
  const token = await new SignJWT({
    sid: 'GCNH_22RFZ_oyKoSkR_v6g',
    epoch: 0,
    roles: [],
    amr: ['pwd'],
    auth_time: 1_790_000_000,
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setIssuer(publicUrl)
    .setAudience(publicUrl)
    .setSubject(peerUserId)
    .setJti('Sv8_sDA3ITHL-JtHfdGBvA')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(peerKey);
  return { userId: peerUserId, accepted: bearer(token), refused: ['', bearer(forge(token))] };
}

/** It looks nothing up, so a revoked token stays good. */
async function createByJose() {
  const options = { algorithms: ['HS256'], issuer: publicUrl, audience: publicUrl, typ: 'at+jwt' };
  const identify: Identify = async ({ authorization }) => {
    const token = readBearer(authorization);
    if (token === null) return null;
    try {
      return (await jwtVerify(token, peerKey, options)).payload.sub ?? null;
    } catch {
      return null;
    }
  };
  return { identify, credentials: await signPeerToken() };
}

/** A deny-list in Redis that every request asks, behind our verification so that only the asking differs. */
async function createByExists() {
  const redis = openRedis();
  const auth = createAuth({ publicUrl, secret, stores: memoryStores(), emailVerification: 'off' });
  const { userId, accessToken, revokedToken } = await signIn(auth);
  await redis.set(`revoked:jwt:${auth.accessTokens.verify(revokedToken).jti}`, '1', 'EX', 900);
  const identify: Identify = async ({ authorization }) => {
    const token = readBearer(authorization);
    if (token === null) return null;
    try {
      const { subject, jti } = auth.accessTokens.verify(token);
      return (await redis.exists(`revoked:jwt:${jti}`)) === 0 ? subject : null;
    } catch {
      return null;
    }
  };
  const refused = ['', bearer(forge(accessToken)), bearer(revokedToken)];
  return { identify, credentials: { userId, accepted: bearer(accessToken), refused } };
}

function readBearer(authorization = ''): string | null {
  const [scheme, token] = authorization.split(' ');
  return scheme === 'Bearer' && token !== undefined ? token : null;
}
