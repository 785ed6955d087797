import { createSecretKey } from 'node:crypto';
import { type Auth, createAuth, memoryStores } from '@tessera-auth/core';
import { jwtVerify, SignJWT } from 'jose';
import { publicUrl, secret } from './variants.js';

/** The key of the peers' tokens: HS256 like Tessera's own. */
export const peerKey = createSecretKey(Buffer.from(secret));

/** Tessera on memory stores, so that a guard does all its work, the revocation check included, without a network. */
export function createBenchAuth(): Auth {
  return createAuth({ publicUrl, secret, stores: memoryStores(), emailVerification: 'off' });
}

/** Tokens of a user who has just signed in, with something revoked, so that the check looks. */
export async function signIn(
  auth: Auth,
): Promise<{ readonly accessToken: string; readonly refreshToken: string }> {
  const origin = { ip: '127.0.0.1', userAgent: null, isBrowser: true };
  const account = { tenantId: '', password: 'eleven purple owls at dawn', name: null, origin };
  const other = await auth.register({ ...account, email: 'other@example.com' });
  await auth.signOutEverywhere(other.user);
  return auth.register({ ...account, email: 'ana@example.com' });
}

/** A token as the peers' examples make it, with claims as many as Tessera's. */
export async function signPeerToken(): Promise<string> {
  return new SignJWT({
    sid: 'GCNH_22RFZ_oyKoSkR_v6g',
    epoch: 0,
    roles: [],
    amr: ['pwd'],
    auth_time: 1_790_000_000,
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setIssuer(publicUrl)
    .setAudience(publicUrl)
    .setSubject('lc10-_g058FVZJ3q8IlzMQ')
    .setJti('Sv8_sDA3ITHL-JtHfdGBvA')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(peerKey);
}

/**
 * Who sent a request, as people find it out by hand today; `null` for nobody. It looks nothing up, so a revoked token
 * stays good.
 */
export async function verifyByHand(authorization = ''): Promise<{ readonly id: string | undefined } | null> {
  const [scheme, token] = authorization.split(' ');
  if (scheme !== 'Bearer' || token === undefined) return null;
  try {
    const options = { algorithms: ['HS256'], issuer: publicUrl, audience: publicUrl, typ: 'at+jwt' };
    const { payload } = await jwtVerify(token, peerKey, options);
    return { id: payload.sub };
  } catch {
    return null;
  }
}
