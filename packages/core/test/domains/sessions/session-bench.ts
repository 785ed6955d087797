import {
  createKeyRing,
  createSessions,
  type HeldSession,
  type RootSecrets,
  type SessionPolicyOptions,
  type Sessions,
} from '@tessera-auth/core/primitives';
import {
  createMemoryRevocationStore,
  memoryStores,
  type SessionRecord,
  type Stores,
  type UserRef,
} from '@tessera-auth/core/stores';
import { createTestClock, type TestClock } from '@tessera-auth/core/testing';
import { newRootSecret, rootSecret } from '../../auth-bench.js';
import { type WatchedStores, watchStores } from '../../watched-stores.js';

export const accessTokenMs = 910_000;
export const floorMs = 12_000;
export const graceMs = 10_000;
export const dayMs = 86_400_000;

export const ada: UserRef = { tenantId: 'acme', userId: 'ada' };
export const bob: UserRef = { tenantId: 'acme', userId: 'bob' };

/** The states of two root secrets as a rolling deployment brings them to one node after the other. */
export const deployments = {
  before: rootSecret,
  prepared: [rootSecret, { secret: newRootSecret, state: 'next' }],
  rotated: [newRootSecret, rootSecret],
  after: [newRootSecret, { secret: rootSecret, state: 'retired' }],
} as const satisfies Record<string, RootSecrets>;

export const newSession = {
  amr: ['pwd'],
  isBrowser: false,
  ip: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
};

/** Sessions on memory stores, on as many nodes as a test starts. */
export interface SessionBench {
  readonly clock: TestClock;
  readonly watched: WatchedStores;
  startNode(secret?: RootSecrets, policy?: SessionPolicyOptions): Sessions;
  /** A node like any other. */
  readonly sessions: Sessions;
  signIn(user?: UserRef, userAgent?: string | null): Promise<HeldSession>;
  /** Whether access tokens that were issued with the session as it is here are refused. */
  isRevoked(session: SessionRecord): Promise<boolean>;
}

export interface SessionBenchOptions {
  readonly policy?: SessionPolicyOptions;
  /** Revocations live in a store that the session store knows nothing of. Default `false`. */
  readonly isUnlinked?: boolean;
  /** What stands between the sessions and the memory stores. */
  readonly wrap?: (stores: Stores) => Stores;
}

export function createSessionBench(options: SessionBenchOptions = {}): SessionBench {
  const clock = createTestClock();
  const stores = memoryStores({ clock });
  const unlinked = { ...stores, revocations: createMemoryRevocationStore({ clock }) };
  const opened = options.isUnlinked === true ? unlinked : stores;
  const watched = watchStores(options.wrap?.(opened) ?? opened);

  const startNode = (secret: RootSecrets = rootSecret, policy: SessionPolicyOptions = {}): Sessions =>
    createSessions({
      store: watched.stores.sessions,
      revocations: watched.stores.revocations,
      keyRing: createKeyRing({ secret }),
      accessTokenMs,
      clock,
      ...options.policy,
      ...policy,
    });
  const sessions = startNode();

  return {
    clock,
    watched,
    startNode,
    sessions,
    async signIn(user = ada, userAgent = newSession.userAgent) {
      const started = await sessions.start(await sessions.beginSignIn(user), { ...newSession, userAgent });
      if (started === null) throw new Error('nobody signed out meanwhile');
      return started;
    },
    async isRevoked({ id, ...session }) {
      const facts = { sessionId: id, jti: `any of ${id}`, rolesVersion: 0 };
      return watched.stores.revocations.isRevoked({ ...session, ...facts });
    },
  };
}

/** The refresh token of an outcome that goes on. */
export function tokenOf(outcome: Awaited<ReturnType<Sessions['refresh']>>): string {
  if (!('refreshToken' in outcome)) throw new Error(`refused: ${outcome.kind}`);
  return outcome.refreshToken;
}
