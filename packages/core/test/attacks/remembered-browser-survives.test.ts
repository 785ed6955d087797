/**
 * ASVS 6.4.3, 7.4.3: whoever has got as far as the code asks to be remembered while the owner throws them out. What they are
 * remembered by must die with the rest, however the two meet: it would be the second factor for the next password, too.
 */
import { memoryStores, type UserRef } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { email, newPassword, origin, password } from '../auth-bench.js';
import { createMfaBench, finishedSignIn, type MfaBench } from '../flows/mfa-bench.js';
import { createAuthenticator, stepMs } from '../totp.js';

type Act = (bench: MfaBench) => Promise<string>;

const acts: readonly (readonly [string, Act])[] = [
  [
    'the password is changed',
    async ({ auth, user, enabled }) => {
      const change = { user, sessionId: enabled.session.id, currentPassword: password, newPassword };
      await auth.changePassword(change);
      return newPassword;
    },
  ],
  [
    'the password is reset',
    async (bench) => {
      await bench.auth.forgotPassword('', email);
      const link = (await bench.listNotices()).findLast((notice) => notice.kind === 'password_reset');
      const token = link !== undefined && 'token' in link ? link.token : '';
      await bench.auth.resetPassword({ tenantId: '', token, newPassword });
      return newPassword;
    },
  ],
  [
    'the account is disabled, and enabled again',
    async ({ auth, user }) => {
      await auth.disableUser({ user, actorId: null });
      await auth.enableUser({ user, actorId: null });
      return password;
    },
  ],
  [
    'the factor is removed, and another one set up',
    async (bench) => {
      const { auth, user, enabled, backupCodes } = bench;
      await auth.removeSecondFactor({
        ...{ user, sessionId: enabled.session.id, origin },
        proof: { method: 'backup_code', code: backupCodes[0] ?? '' },
      });
      await setUpAgain(bench, user, enabled.session.id);
      return password;
    },
  ],
  [
    'the factor is reset, and another one set up',
    async (bench) => {
      await bench.auth.resetSecondFactor({ user: bench.user, actorId: null });
      const { session } = finishedSignIn(await bench.beginSignIn());
      await setUpAgain(bench, bench.user, session.id);
      return password;
    },
  ],
];

async function setUpAgain({ auth, clock }: MfaBench, user: UserRef, sessionId: string): Promise<void> {
  const { secret } = await auth.enrollSecondFactor(user);
  const code = await createAuthenticator(secret, clock).code();
  await auth.confirmSecondFactor({ user, sessionId, code });
}

/** Every step at which a sign-in may wait for the act to be over. */
const steps = ['oneTimeTokens.consume', 'oneTimeTokens.create', 'sessions.create'];

describe.each(acts)('nobody stays remembered when %s', (_what, act) => {
  const open = () => createMfaBench({ openStores: (clock) => memoryStores({ clock }) });

  /** Whether the password alone opens the account where this is presented. */
  const opens = async ({ auth }: MfaBench, secret: string, deviceToken: string | null) =>
    (await auth.signInWithPassword({ tenantId: '', email, password: secret, origin, deviceToken })).kind ===
    'signed_in';

  it.each(steps)('while a second half waits at %s', async (step) => {
    const bench = await open();
    const { mfaToken } = await bench.beginHalf();
    const waiting = bench.watched.hold(step);
    const verifying = bench.verify(mfaToken, { rememberDevice: true }).catch(() => null);
    await waiting.reached;
    const secret = await act(bench);
    waiting.release();
    const held = (await verifying)?.deviceToken ?? null;
    expect(await opens(bench, secret, held)).toBe(false);
  });

  it.each(steps)('while a remembered browser waits at %s', async (step) => {
    const bench = await open();
    const remembered = await bench.verify((await bench.beginHalf()).mfaToken, { rememberDevice: true });
    bench.clock.advance(stepMs);
    const waiting = bench.watched.hold(step);
    const signingIn = bench.auth
      .signInWithPassword({ tenantId: '', email, password, origin, deviceToken: remembered.deviceToken })
      .catch(() => null);
    await waiting.reached;
    const secret = await act(bench);
    waiting.release();
    const outcome = await signingIn;
    const held = outcome?.kind === 'signed_in' ? outcome.deviceToken : null;
    expect(await opens(bench, secret, held)).toBe(false);
  });

  it.each([
    'users.update',
    'secondFactors.remove',
    'sessions.endAll',
    'sessions.endOthers',
    'sessions.rotateHard',
  ])('by a sign-in from beginning to end while the act itself waits at %s', async (step) => {
    const bench = await open();
    const waiting = bench.watched.hold(step);
    const acting = act(bench);
    const isWaiting = await Promise.race([waiting.reached.then(() => true), acting.then(() => false)]);
    // It may be too late for that: then nobody is remembered either.
    const signIn = async () => bench.verify((await bench.beginHalf()).mfaToken, { rememberDevice: true });
    const signedIn = isWaiting ? await signIn().catch(() => null) : null;
    waiting.release();
    expect(await opens(bench, await acting, signedIn?.deviceToken ?? null)).toBe(false);
  });

  it.each(['sessions.endAll', 'sessions.endOthers', 'sessions.rotateHard'])(
    'by a second half that waits until the act waits at %s',
    async (step) => {
      const bench = await open();
      const { mfaToken } = await bench.beginHalf();
      const remembering = bench.watched.hold('oneTimeTokens.create');
      const verifying = bench.verify(mfaToken, { rememberDevice: true }).catch(() => null);
      await remembering.reached;
      const ending = bench.watched.hold(step);
      const acting = act(bench);
      await Promise.race([ending.reached, acting]);
      remembering.release();
      const held = (await verifying)?.deviceToken ?? null;
      ending.release();
      expect(await opens(bench, await acting, held)).toBe(false);
    },
  );
});
