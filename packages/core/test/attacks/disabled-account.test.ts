// ASVS 7.4.2: when an account is disabled all its sessions end. The attacker is its owner, who keeps what they hold and goes on
// signing in and refreshing while it happens.
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, isAccepted, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

const admin = 'the-admin';
let bench: AuthBench;
let held: Awaited<ReturnType<AuthBench['register']>>;
let user: { tenantId: string; userId: string };

beforeEach(async () => {
  bench = createAuthBench();
  held = await bench.register();
  user = userOf(held);
});

const refresh = (refreshToken: string) => bench.auth.refresh({ tenantId: '', refreshToken });

describe('the owner of a disabled account', () => {
  it('has dead tokens at once and cannot sign in', async () => {
    await bench.auth.disableUser({ user, actorId: admin });
    expect(await isAccepted(bench.auth, held.accessToken)).toBe(false);
    expect(await refusalCode(refresh(held.refreshToken))).toBe('refresh_token_invalid');
    expect(await refusalCode(bench.signIn())).toBe('credentials_invalid');
  });

  it('gets nothing back of what ended when it is enabled, and can sign in', async () => {
    await bench.auth.disableUser({ user, actorId: admin });
    await bench.auth.enableUser({ user, actorId: admin });
    expect(await isAccepted(bench.auth, held.accessToken)).toBe(false);
    expect(await refusalCode(refresh(held.refreshToken))).toBe('refresh_token_invalid');
    expect(await isAccepted(bench.auth, (await bench.signIn()).accessToken)).toBe(true);
  });

  it.each(['users.findByEmail', 'sessions.readEpochs', 'users.find', 'sessions.create'])(
    'gets no session by a sign-in that waits at %s',
    async (step) => {
      const waiting = bench.watched.hold(step);
      const signingIn = refusalCode(bench.signIn());
      await waiting.reached;
      await bench.auth.disableUser({ user, actorId: admin });
      waiting.release();
      expect(await signingIn).toBe('credentials_invalid');
      expect((await bench.auth.listSessions(user)).sessions).toEqual([]);
    },
  );

  it.each(['users.find', 'sessions.rotate'])(
    'gets no usable tokens by a refresh that waits at %s',
    async (step) => {
      const waiting = bench.watched.hold(step);
      const refreshing = refresh(held.refreshToken).catch(() => null);
      await waiting.reached;
      await bench.auth.disableUser({ user, actorId: admin });
      waiting.release();
      const refreshed = await refreshing;
      expect(refreshed !== null && (await isAccepted(bench.auth, refreshed.accessToken))).toBe(false);
      expect((await bench.auth.listSessions(user)).sessions).toEqual([]);
    },
  );
});
