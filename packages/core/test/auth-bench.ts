import {
  type Auth,
  type AuthEvent,
  type AuthOptions,
  createAuth,
  definePolicy,
  memoryStores,
  type Notice,
  type Principal,
  type SignedIn,
  type SignInOutcome,
  type Stores,
  type UserRef,
} from '@tessera-auth/core';
import { createTestClock, finishedSignIn, type TestClock } from '@tessera-auth/core/testing';
import { cheapArgon2 } from './domains/passwords/cheap-argon2.js';
import { type WatchedStores, watchStores } from './watched-stores.js';

export const publicUrl = 'https://app.example.com';
export const rootSecret = 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs';
export const newRootSecret = 'w8Xc4Vb6Nm2Qa9Se5Dr7Ft1Gy3Hu0JkL';
export const email = 'ada@example.org';
export const password = 'Lamp-Ferry-Walnut-71';
export const newPassword = 'Gravel_Tulip_Piano_38';

export const policy = definePolicy({
  resources: { reports: { actions: ['read', 'approve'] }, accounts: { actions: ['create'] } },
  roles: {
    employee: { can: ['reports:read'] },
    manager: { inherits: ['employee'], can: ['reports:approve'] },
    boss: { inherits: ['manager'], can: ['accounts:create'] },
  },
});

/** Where the flows' own requests come from. */
export const origin = {
  ip: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  isBrowser: false,
};

/** Whoever holds the token, as the policy of `auth` sees them. */
export function principalFrom(auth: Auth, accessToken: string): Principal {
  const { tenantId, subject: userId, roles, permissions: grants } = auth.accessTokens.verify(accessToken);
  return auth.policy.principal({ tenantId, userId, roles, grants, now: auth.now() });
}

/** Everything to tell stories about one app. */
export interface AuthBench {
  readonly clock: TestClock;
  readonly watched: WatchedStores;
  readonly auth: Auth;
  /** What the app has been told so far, once all that is on its way has arrived. */
  listEvents(): Promise<readonly AuthEvent[]>;
  /** The messages that people have got so far, once all that is on its way has arrived. */
  listNotices(): Promise<readonly Notice[]>;
  /** A sign-in that may end half-way. */
  beginSignIn(secret?: string, address?: string): Promise<SignInOutcome>;
  /** Another process of the same deployment: the same stores, possibly with other options. */
  startNode(options?: Partial<AuthOptions>): Auth;
  register(address?: string): Promise<SignedIn>;
  signIn(secret?: string, address?: string): Promise<SignedIn>;
}

/** What a bench may be given. */
export interface AuthBenchOptions {
  readonly auth?: Partial<AuthOptions>;
  /** Default: {@link memoryStores}. */
  readonly openStores?: (clock: TestClock) => Stores;
}

export function createAuthBench(options: AuthBenchOptions = {}): AuthBench {
  const clock = createTestClock();
  const watched = watchStores((options.openStores ?? ((given) => memoryStores({ clock: given })))(clock));
  const events: AuthEvent[] = [];
  const notices: Notice[] = [];
  const startNode = (change: Partial<AuthOptions> = {}): Auth =>
    createAuth({
      publicUrl,
      secret: rootSecret,
      stores: watched.stores,
      emailVerification: 'off',
      policy,
      passwords: cheapArgon2,
      onEvent: (event) => void events.push(event),
      onError: () => {},
      notify: (notice) => void notices.push(notice),
      clock,
      rateLimits: 'off',
      ...options.auth,
      ...change,
    });
  const auth = startNode();
  const beginSignIn: AuthBench['beginSignIn'] = (secret = password, address = email) =>
    auth.signInWithPassword({ tenantId: '', email: address, password: secret, origin });

  return {
    clock,
    watched,
    auth,
    startNode,
    register: async (address = email) =>
      finishedSignIn(await auth.register({ tenantId: '', email: address, password, name: null, origin })),
    signIn: async (secret, address) => finishedSignIn(await beginSignIn(secret, address)),
    beginSignIn,
    async listEvents() {
      await new Promise((resolve) => setImmediate(resolve));
      return events;
    },
    async listNotices() {
      await new Promise((resolve) => setImmediate(resolve));
      return notices;
    },
  };
}

/** The token of the last link that was sent. */
export async function tokenOfLastLink(bench: AuthBench): Promise<string> {
  const link = (await bench.listNotices()).findLast((notice) => 'token' in notice);
  if (link === undefined) throw new Error('no link has been sent');
  return link.token;
}

/** Just the two ids of whoever is signed in. */
export function userOf({ user }: Pick<SignedIn, 'user'>): UserRef {
  return { tenantId: user.tenantId, userId: user.userId };
}

/** Whether the access token opens anything on this node. */
export async function isAccepted(auth: Auth, accessToken: string): Promise<boolean> {
  const claims = auth.accessTokens.verify(accessToken);
  return !(await auth.revocations.isRevoked({ ...claims, userId: claims.subject }));
}
