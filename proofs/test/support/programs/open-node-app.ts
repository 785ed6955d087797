import { type Auth, type AuthOptions, createAuth, type SignedIn } from '@tessera-auth/core';
import type { HeldSession } from '@tessera-auth/core/primitives';
import type { Clock } from '@tessera-auth/core/stores';
import { finishedSignIn } from '@tessera-auth/core/testing';
import { codeOf, judgeAccessToken } from '../../model/app-node.js';
import { withDefect } from '../nodes/defects.js';
import type { Answer, Claim, Ending, Held, NodeApp, NodeSettings } from '../nodes/node-app.js';
import { openStores } from './open-stores.js';
import { createWatch, type Watch } from './watch.js';

/** So many requests of one list are under way at once. */
const requestsAtOnce = 48;
/** Few, so that they fall among the many refreshes of other nodes and not all before them. */
const endingsAtOnce = 2;
const origin = { ip: null, userAgent: null, isBrowser: false };

/** As cheap as argon2 allows. */
const passwords = {
  argon2: { memoryKiB: 64, iterations: 2, parallelism: 1 },
  allowWeakArgon2: true,
  maxQueued: 10_000,
} as const satisfies AuthOptions['passwords'];

/** Opens the app on this node, and resolves when it is ready for requests. */
export async function openNodeApp(settings: NodeSettings): Promise<NodeApp> {
  let nowMs = settings.clockMs ?? 0;
  const clock: Clock | undefined = settings.clockMs === null ? undefined : { now: () => nowMs };
  const opened = await openStores(settings, clock);
  const events = new Map<string, number>();
  let watched: Watch | null = null;
  let refreshesLeft = Number.POSITIVE_INFINITY;
  const countRefresh = (): void => {
    refreshesLeft -= 1;
    if (refreshesLeft === 0) process.kill(process.pid, 'SIGKILL');
  };

  const auth = createAuth({
    publicUrl: 'https://app.example.com',
    secret: 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs',
    stores: withDefect(opened.stores, settings.defect),
    emailVerification: 'off',
    rateLimits: 'off',
    sessions: settings.sessions,
    revocation: settings.revocation,
    passwords,
    onEvent: ({ type }) => {
      events.set(type, (events.get(type) ?? 0) + 1);
    },
    ...(clock === undefined ? {} : { clock }),
  });
  await auth.ready();

  return {
    register: (claims) =>
      inParallel(claims, (claim) =>
        answer(async () => heldBy(finishedSignIn(await auth.register({ ...claim, name: null, origin })))),
      ),
    signIn: (claims) =>
      inParallel(claims, (claim: Claim) =>
        answer(async () => heldBy(finishedSignIn(await auth.signInWithPassword({ ...claim, origin })))),
      ),
    beginSignIn: (users) => inParallel(users, (user) => auth.sessions.beginSignIn(user)),
    finishSignIn: (signIns) =>
      inParallel(signIns, (signIn) =>
        answer(async () => {
          const started = await auth.sessions.start(signIn, { amr: ['pwd'], ...origin });
          return started === null ? 'overtaken' : heldBy({ ...started, accessToken: '' });
        }),
      ),
    refresh: (presented) =>
      inParallel(presented, (request) =>
        answer(async () => heldBy(await auth.refresh(request).finally(countRefresh))),
      ),
    end: (endings) => inParallel(endings, (ending) => answer(() => end(auth, ending)), endingsAtOnce),
    check: (accessTokens) => inParallel(accessTokens, (token) => judgeAccessToken({ auth }, token)),
    listSessions: (users) =>
      inParallel(users, async (user) => {
        const { sessions } = await auth.listSessions(user, { limit: 100 });
        return sessions.map(({ id }) => id);
      }),

    async watch(accessTokens) {
      watched = createWatch(auth, accessTokens);
    },
    async endWatch(limitMs) {
      if (watched === null) throw new Error('nothing is watched');
      return watched.end(limitMs);
    },

    async dieAtRefresh(count) {
      refreshesLeft = count;
    },
    settled: () => auth.revocations.settled(),
    async status() {
      const { cause: _cause, ...status } = auth.revocations.status();
      return status;
    },
    countEvents: async () => Object.fromEntries(events),
    async moveClock(toMs) {
      nowMs = toMs;
    },
    deleteEverything: opened.deleteEverything,
    async close() {
      await auth.close();
      await opened.close();
    },
  };
}

async function end(auth: Auth, ending: Ending): Promise<Held | null> {
  switch (ending.kind) {
    case 'session':
      await auth.endSession(ending.user, ending.sessionId);
      return null;
    case 'sign-out':
      await auth.signOut({ ...ending, session: null });
      return null;
    case 'others':
      await auth.signOutOthers(ending.user, ending.keepSessionId);
      return null;
    case 'everywhere':
      await auth.signOutEverywhere(ending.user);
      return null;
    case 'tenant':
      await auth.sessions.endTenant(ending.tenantId);
      return null;
    case 'password':
      return heldBy(await auth.changePassword(ending));
  }
}

function heldBy({ session, refreshToken, accessToken }: HeldSession & Pick<SignedIn, 'accessToken'>): Held {
  const { tenantId, userId, id: sessionId, generation } = session;
  return { user: { tenantId, userId }, sessionId, generation, refreshToken, accessToken };
}

async function answer(run: () => Promise<Held | string | null>): Promise<Answer> {
  const startedAtMs = Date.now();
  const result = await run().catch(codeOf);
  const [outcome, held] = typeof result === 'string' ? [result, null] : ['done', result];
  return { outcome, held, startedAtMs, endedAtMs: Date.now() };
}

async function inParallel<T, R>(
  items: readonly T[],
  run: (item: T) => Promise<R>,
  atOnce = requestsAtOnce,
): Promise<readonly R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
