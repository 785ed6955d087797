import { randomBytes } from 'node:crypto';
import { postgresStores } from '@tessera-auth/adapters-postgres';
import { redisStores } from '@tessera-auth/adapters-redis';
import {
  type Auth,
  createAuth,
  createHttpAuth,
  memoryStores,
  type RevocationPolicyOptions,
  type Stores,
} from '@tessera-auth/core';
import type { Guard } from '@tessera-auth/core/http';
import { bearer, cookies, createAddress, forge } from './credentials.js';
import { openPostgres, openRedis } from './databases.js';
import { type Credentials, publicUrl, secret, type TesseraVariant } from './variants.js';

const storedRevocations = 10_000;

/** What a variant is made of. */
const settings: Readonly<
  Record<TesseraVariant, { open: () => Promise<Stores>; check: RevocationPolicyOptions['check'] }>
> = {
  'tessera, from memory': { open: openReplicatedStores, check: 'replicated' },
  'tessera, from memory, cookie': { open: openReplicatedStores, check: 'replicated' },
  'tessera, Redis each time': { open: openRedisStores, check: 'direct' },
  'tessera, Postgres each time': { open: openPostgresStores, check: 'direct' },
  'tessera, no revocation': { open: openForgetfulStores, check: 'direct' },
};

/** Tessera's guard, ready for requests, with 10,000 revocations to look through. */
export async function createTessera(
  variant: TesseraVariant,
): Promise<{ readonly guard: Guard; readonly credentials: Credentials }> {
  const { open, check } = settings[variant];
  const auth = createAuth({
    publicUrl,
    secret,
    stores: await open(),
    emailVerification: 'off',
    rateLimits: 'off',
    revocation: { ...(check === undefined ? {} : { check }) },
  });
  await addRevocations(auth.stores);
  await auth.ready();
  const isCookie = variant === 'tessera, from memory, cookie';
  const { userId, accessToken, refreshToken, revokedToken } = await signIn(auth);
  const send = (access: string, ...others: readonly string[]) =>
    isCookie ? cookies(`__Host-access=${access}`, ...others) : bearer(access);
  return {
    guard: createHttpAuth(auth).signedIn(),
    credentials: {
      userId,
      accepted: send(accessToken, `__Host-refresh=${refreshToken}`),
      refused: [
        '',
        send(forge(accessToken)),
        ...(variant === 'tessera, no revocation' ? [] : [send(revokedToken)]),
      ],
    },
  };
}

/** Tokens of somebody who has just signed in, and one of somebody who was signed out everywhere since. */
export async function signIn(auth: Auth): Promise<{
  readonly userId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly revokedToken: string;
}> {
  const origin = { ip: '127.0.0.1', userAgent: null, isBrowser: true };
  const account = { tenantId: '', password: 'eleven purple owls at dawn', name: null, origin };
  const register = async () => {
    const outcome = await auth.register({ ...account, email: createAddress() });
    if (outcome.kind !== 'signed_in') throw new Error(outcome.kind);
    return outcome;
  };
  const other = await register();
  await auth.signOutEverywhere(other.user);
  const { accessToken, refreshToken } = await register();
  const userId = auth.accessTokens.verify(accessToken).subject;
  return { userId, accessToken, refreshToken, revokedToken: other.accessToken };
}

/** Where the revocations come from that are then held in memory. */
async function openReplicatedStores(): Promise<Stores> {
  return openRedisStores();
}

async function openRedisStores(): Promise<Stores> {
  return { ...redisStores({ client: openRedis() }), users: memoryStores().users };
}

async function openPostgresStores(): Promise<Stores> {
  const stores = postgresStores({ pool: openPostgres() });
  await stores.migrate();
  return stores;
}

/** Nobody should use this: what is revoked stays good. */
async function openForgetfulStores(): Promise<Stores> {
  const stores = memoryStores();
  return { ...stores, revocations: { ...stores.revocations, isRevoked: () => false } };
}

async function addRevocations({ revocations }: Stores): Promise<void> {
  const until = new Date(Date.now() + 900_000);
  for (let added = 0; added < storedRevocations; added += 1000) {
    await revocations.add(
      Array.from({ length: 1000 }, () => {
        return { kind: 'token', jti: randomBytes(16).toString('base64url'), until } as const;
      }),
    );
  }
}
