import {
  type Auth,
  createMemoryRevocationStore,
  createMemorySessionStore,
  memoryStores,
  type SignedIn,
  type Stores,
} from '@tessera-auth/core';
import type { TestClock } from '@tessera-auth/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, isAccepted, newPassword, password, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

// Read once, at the start, and then not for the length of a test: what a node knows after that, it did itself.
const rarely = { check: 'replicated', bound: '60s', pollInterval: '30s' } as const;

/** Stores whose log nobody is woken by. */
function openPolled(clock: TestClock): Stores {
  const { log, ...store } = createMemoryRevocationStore({ clock });
  const revocations = { ...store, log: { read: log.read } };
  return {
    ...memoryStores({ clock }),
    revocations,
    sessions: createMemorySessionStore({ clock, revocations }),
  };
}

let bench: AuthBench;
let other: Auth;
let mine: SignedIn;
let second: SignedIn;

beforeEach(async () => {
  bench = createAuthBench({
    openStores: openPolled,
    auth: { revocation: rarely, sessions: { maxSessions: 2 } },
  });
  other = bench.startNode();
  mine = await bench.register();
  bench.clock.advance(1_000);
  second = await bench.signIn();
  await Promise.all([bench.auth.ready(), other.ready()]);
});

afterEach(() => Promise.all([bench.auth.close(), other.close()]));

/** Accepted by this node, by the other one, and by one that starts now. */
async function listAccepted({ accessToken }: SignedIn): Promise<readonly boolean[]> {
  const late = bench.startNode();
  await late.ready();
  const accepted = await Promise.all([bench.auth, other, late].map((node) => isAccepted(node, accessToken)));
  await late.close();
  return accepted;
}

describe('what one node ends is dead there at once, and on every node that has read the log', () => {
  const sessionOf = (held: SignedIn) => ({ ...userOf(held), sessionId: held.session.id });

  const stories: Record<
    string,
    { readonly run: () => Promise<unknown>; readonly dead: () => readonly SignedIn[] }
  > = {
    'sign-out': {
      run: () => bench.auth.signOut({ tenantId: '', session: sessionOf(mine), refreshToken: null }),
      dead: () => [mine],
    },
    'one session ended': {
      run: () => bench.auth.endSession(userOf(mine), second.session.id),
      dead: () => [second],
    },
    'sign-out of the others': {
      run: () => bench.auth.signOutOthers(userOf(mine), mine.session.id),
      dead: () => [second],
    },
    'sign-out everywhere': {
      run: () => bench.auth.signOutEverywhere(userOf(mine)),
      dead: () => [mine, second],
    },
    'the end of the tenant': { run: () => bench.auth.sessions.endTenant(''), dead: () => [mine, second] },
    'a password change': {
      run: () =>
        bench.auth.changePassword({
          user: userOf(mine),
          sessionId: mine.session.id,
          currentPassword: password,
          newPassword,
        }),
      dead: () => [mine, second],
    },
    'a session that makes room': { run: () => bench.signIn(), dead: () => [mine] },
    'a token revoked by itself': {
      run: () => bench.auth.revokeToken('', mine.accessToken),
      dead: () => [mine],
    },
    'a stolen refresh token': {
      async run() {
        for (let times = 0, token = mine.refreshToken; times < 2; times++) {
          bench.clock.advance(13_000);
          token = (await bench.auth.refresh({ tenantId: '', refreshToken: token })).refreshToken;
        }
        const stolen = bench.auth.refresh({ tenantId: '', refreshToken: mine.refreshToken });
        expect(await refusalCode(stolen)).toBe('refresh_token_reused');
      },
      dead: () => [mine],
    },
  };

  it.each(Object.entries(stories))('%s', async (_name, { run, dead }) => {
    await run();
    for (const held of dead()) expect(await listAccepted(held)).toEqual([false, true, false]);
    const alive = [mine, second].filter((held) => !dead().includes(held));
    for (const held of alive) expect(await listAccepted(held)).toEqual([true, true, true]);
  });
});

it('revokes nothing on this node when the store did not do it', async () => {
  bench.watched.fail('sessions.end', 'sessions.endAll', 'revocations.add');
  const attempts = [
    bench.auth.endSession(userOf(mine), mine.session.id),
    bench.auth.signOutEverywhere(userOf(mine)),
    bench.auth.revokeToken('', mine.accessToken),
  ];
  for (const attempt of attempts) expect(await refusalCode(attempt)).toBe('store_unavailable');
  expect(await listAccepted(mine)).toEqual([true, true, true]);
});
