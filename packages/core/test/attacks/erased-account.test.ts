// ASVS 7.4.2, GDPR article 17: the attacker is the owner of an erased account, or whoever holds their tokens, and goes on signing in,
// refreshing and acting while it is erased.
import { createMemoryAuditStore, memoryStores } from '@tessera-auth/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, isAccepted, newPassword, password, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

let bench: AuthBench;
let held: Awaited<ReturnType<AuthBench['register']>>;
let user: { tenantId: string; userId: string };

beforeEach(async () => {
  bench = createAuthBench();
  held = await bench.register();
  user = userOf(held);
});

const erase = () => bench.auth.eraseUser({ user, actorId: 'the-admin' });

/** Lets the act wait at a step until the account is erased. */
async function eraseDuring<T>(step: string, act: () => Promise<T>): Promise<T | null> {
  const waiting = bench.watched.hold(step);
  const acting = act().catch(() => null);
  await waiting.reached;
  await erase();
  waiting.release();
  return acting;
}

describe('the owner of an erased account', () => {
  it.each(['users.findByEmail', 'sessions.readEpochs', 'users.find', 'sessions.create'])(
    'gets no session by a sign-in that waits at %s',
    async (step) => {
      expect(await eraseDuring(step, () => bench.signIn())).toBeNull();
      expect((await bench.auth.listSessions(user)).sessions).toEqual([]);
    },
  );

  it.each(['users.find', 'sessions.rotate'])(
    'gets no usable tokens by a refresh that waits at %s',
    async (step) => {
      const refreshed = await eraseDuring(step, () =>
        bench.auth.refresh({ tenantId: '', refreshToken: held.refreshToken }),
      );
      expect(refreshed !== null && (await isAccepted(bench.auth, refreshed.accessToken))).toBe(false);
      expect((await bench.auth.listSessions(user)).sessions).toEqual([]);
    },
  );

  it.each(['users.find', 'oneTimeTokens.voidAll', 'users.update', 'sessions.rotateHard'])(
    'brings no account back by a new password that waits at %s',
    async (step) => {
      const changed = await eraseDuring(step, () =>
        bench.auth.changePassword({
          user,
          sessionId: held.session.id,
          currentPassword: password,
          newPassword,
        }),
      );
      expect(changed).toBeNull();
      expect(await bench.auth.findUser(user)).toBeNull();
      expect(await refusalCode(bench.signIn(newPassword))).toBe('credentials_invalid');
    },
  );

  it('is refused by every node that shares the stores', async () => {
    const other = bench.startNode();
    await erase();
    expect(await isAccepted(other, held.accessToken)).toBe(false);
  });
});

it.each(['signOut', 'revokeToken'] as const)(
  'an old token in %s does not bring back what was forgotten',
  async (act) => {
    const audit = createMemoryAuditStore();
    bench = createAuthBench({ openStores: (clock) => ({ ...memoryStores({ clock }), audit }) });
    held = await bench.register();
    user = userOf(held);
    expect(await audit.findPseudonym(user)).not.toBeNull();
    await erase();
    expect(await audit.findPseudonym(user)).toBeNull();

    const { refreshToken, session } = held;
    if (act === 'revokeToken') await bench.auth.revokeToken('', refreshToken);
    else
      await bench.auth.signOut({ tenantId: '', session: { ...user, sessionId: session.id }, refreshToken });
    expect(await audit.findPseudonym(user)).toBeNull();
  },
);
