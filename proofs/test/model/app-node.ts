import { type Auth, type AuthOptions, createAuth, isAuthError } from '@tessera-auth/core';
import {
  type AccessTokens,
  createAccessTokens,
  createKeyRing,
  createSessions,
  type Sessions,
  type SessionsOptions,
} from '@tessera-auth/core/primitives';
import type { Clock, SessionRecord, Stores } from '@tessera-auth/core/stores';
import type { TracePolicy } from './trace.js';

/** One process of the app. */
export interface AppNode {
  readonly auth: Auth;
  /** As `auth` has them, but that their randomness comes from the test. */
  readonly sessions: Sessions;
  readonly accessTokens: AccessTokens;
}

/** What the nodes of an app have in common. */
export interface AppNodeOptions {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly policy: TracePolicy;
  readonly random: NonNullable<SessionsOptions['random']>;
}

const publicUrl = 'https://app.example.com';
const oldSecret = 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs';
const newSecret = 'w8Xc4Vb6Nm2Qa9Se5Dr7Ft1Gy3Hu0JkL';
/** A rolling deployment: one node still signs with the old key, the other one with the new. */
const secretsOfNodes = [
  [oldSecret, { secret: newSecret, state: 'next' }],
  [newSecret, oldSecret],
] as const satisfies readonly AuthOptions['secret'][];

/** As cheap as argon2 allows. */
const passwords = {
  argon2: { memoryKiB: 64, iterations: 2, parallelism: 1 },
  allowWeakArgon2: true,
} as const satisfies AuthOptions['passwords'];

/** Two nodes in the middle of a change of keys. */
export function startNodes(options: AppNodeOptions): readonly AppNode[] {
  return secretsOfNodes.map((secret) => startNode(options, secret));
}

function startNode(
  { stores, clock, policy, random }: AppNodeOptions,
  secret: AuthOptions['secret'],
): AppNode {
  const { maxSessions, onReuse, absoluteLifetime, idleLifetime } = policy;
  const sessionPolicy = { maxSessions, onReuse, absoluteLifetime, idleLifetime };
  const keyRing = createKeyRing({ secret });
  const auth = createAuth({
    ...{
      publicUrl,
      secret,
      stores,
      passwords,
      clock,
      emailVerification: 'off',
      rateLimits: 'off',
      sessions: sessionPolicy,
    },
    // Copies of the revocations lag behind by a bound in real time; here every answer is compared at once.
    revocation: { check: 'direct' },
  });
  return {
    auth,
    accessTokens: createAccessTokens({ keyRing, clock, random, issuer: publicUrl, audience: publicUrl }),
    sessions: createSessions({
      ...{ store: stores.sessions, revocations: stores.revocations },
      ...{ keyRing, clock, random, accessTokenMs: auth.accessTokens.longestAliveMs, ...sessionPolicy },
    }),
  };
}

/** An access token for the session as it is, or `null` when less than a second is left of it. */
export function issueAccessToken({ accessTokens }: AppNode, session: SessionRecord): string | null {
  try {
    return accessTokens.issue({
      ...session,
      subject: session.userId,
      clientId: publicUrl,
      sessionId: session.id,
      rolesVersion: 0,
      roles: [],
      permissions: null,
      notAfter: session.absoluteExpiresAt,
    }).token;
  } catch (error) {
    if (codeOf(error) === 'access_token_expired') return null;
    throw error;
  }
}

/** What a request with this access token meets: `accepted`, `revoked`, or the code for which it does not verify. */
export async function judgeAccessToken(
  { auth }: Pick<AppNode, 'auth'>,
  token: string | null,
): Promise<string> {
  if (token === null) return 'none';
  try {
    const claims = auth.accessTokens.verify(token);
    const isRevoked = await auth.revocations.isRevoked({ ...claims, userId: claims.subject });
    return isRevoked ? 'revoked' : 'accepted';
  } catch (error) {
    return codeOf(error);
  }
}

/** The code of an `AuthError`. Throws everything else. */
export function codeOf(error: unknown): string {
  if (isAuthError(error)) return error.code;
  throw error;
}
