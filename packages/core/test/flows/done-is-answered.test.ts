/**
 * What is done is answered, whatever fails afterwards: backup codes are shown once, and a code that is used up opens nothing a
 * second time. What must hold with it is part of the step.
 */
import type { FinishedSignIn } from '@tessera-auth/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAuthBench, email, isAccepted, newPassword, origin, password, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';
import { createAuthenticator } from '../totp.js';
import { lastToken } from './email-bench.js';
import { beginHalf, createMfaBench, finishedSignIn, type MfaBench } from './mfa-bench.js';

let errors: unknown[];
beforeEach(() => {
  errors = [];
});
const counting = { rateLimits: {}, onError: (error: unknown) => void errors.push(error) };
const expectReport = () => expect(errors).toMatchObject([{ code: 'store_unavailable' }]);

describe('while attempts cannot be given back', () => {
  it('a backup code is recorded, and opens the account', async () => {
    const bench = await createMfaBench({ auth: counting });
    const { mfaToken } = await bench.beginHalf();
    bench.watched.fail('rateLimits.reset');
    const signedIn = await bench.verify(mfaToken, { method: 'backup_code', code: bench.backupCodes[0] });
    expect(signedIn.session.amr).toContain('mfa');
    expectReport();
    expect(await bench.listEvents()).toContainEqual(
      expect.objectContaining({ type: 'authn_mfa_backup_code_used', backupCodesLeft: 9 }),
    );
  });

  it('whoever sets a second factor up gets the backup codes', async () => {
    const bench = createAuthBench({ auth: counting });
    const { user, session } = await bench.register();
    const { secret } = await bench.auth.enrollSecondFactor(user);
    bench.watched.fail('rateLimits.reset');
    const code = await createAuthenticator(secret, bench.clock).code();
    const { backupCodes } = await bench.auth.confirmSecondFactor({ user, sessionId: session.id, code });
    expect(backupCodes).toHaveLength(10);
    expectReport();
  });

  it('so does whoever does it in the middle of a sign-in', async () => {
    const bench = createAuthBench({ auth: { ...counting, mfa: { requiredFor: 'everybody' } } });
    await bench.auth.register({ tenantId: '', email, password, name: null, origin });
    const { mfaToken } = await beginHalf(bench);
    const { secret } = await bench.auth.beginSecondFactorSetup('', mfaToken);
    bench.watched.fail('rateLimits.reset');
    const code = await createAuthenticator(secret, bench.clock).code();
    const done = await bench.auth.confirmSecondFactorSetup({ tenantId: '', mfaToken, code, origin });
    expect(done.backupCodes).toHaveLength(10);
    expectReport();
  });

  it('a password that was reset is in force, and said to be', async () => {
    const bench = createAuthBench({ auth: counting });
    await bench.register();
    await bench.auth.forgotPassword('', email);
    bench.watched.fail('rateLimits.reset');
    const token = await lastToken(bench, 'password_reset');
    await bench.auth.resetPassword({ tenantId: '', token, newPassword });
    expectReport();
    bench.watched.heal();
    await bench.signIn(newPassword);
  });
});

describe('a session that another one replaces', () => {
  const bob = { tenantId: '', email: 'bob@example.org', password, origin };
  type Act = readonly [what: string, (bench: MfaBench, replaces: string) => Promise<FinishedSignIn>];
  const acts: readonly Act[] = [
    [
      'a registration',
      async ({ auth }, replaces) =>
        finishedSignIn(await auth.register({ ...bob, email: 'eve@example.org', name: null, replaces })),
    ],
    [
      'a sign-in',
      async ({ auth }, replaces) => finishedSignIn(await auth.signInWithPassword({ ...bob, replaces })),
    ],
    [
      'the second half of a sign-in',
      async (bench, replaces) => bench.verify((await bench.beginHalf()).mfaToken, { replaces }),
    ],
    [
      'a sign-in that sets a second factor up',
      async (bench, replaces) => {
        const auth = bench.startNode({ mfa: { requiredFor: 'everybody' } });
        const half = await auth.signInWithPassword({ ...bob, replaces });
        if (half.kind === 'signed_in') throw new Error('no second factor was asked for');
        const { mfaToken } = half;
        const { secret } = await auth.beginSecondFactorSetup('', mfaToken);
        const code = await createAuthenticator(secret, bench.clock).code();
        return auth.confirmSecondFactorSetup({ tenantId: '', mfaToken, code, origin, replaces });
      },
    ],
  ];

  const open = async () => {
    const bench = await createMfaBench();
    await bench.register(bob.email);
    const { user, refreshToken } = await bench.register('mallory@example.org');
    const countSessions = async () => (await bench.auth.listSessions(userOf({ user }))).sessions.length;
    return { bench, refreshToken, countSessions };
  };

  it.each(acts)('ends with %s, in the same step (ASVS 7.2.4)', async (_what, act) => {
    const { bench, refreshToken, countSessions } = await open();
    expect(await isAccepted(bench.auth, (await act(bench, refreshToken)).accessToken)).toBe(true);
    expect(await countSessions()).toBe(0);
    expect((await bench.listEvents()).at(-1)).toMatchObject({ type: 'session_ended', reason: 'signed_out' });
  });

  it.each(acts)('and cannot be ended lets nobody in by %s', async (_what, act) => {
    const { bench, refreshToken, countSessions } = await open();
    bench.watched.fail('sessions.end');
    expect(await refusalCode(act(bench, refreshToken))).toBe('store_unavailable');
    expect(await countSessions()).toBe(1);
  });
});
