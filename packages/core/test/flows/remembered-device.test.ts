import { beforeEach, describe, expect, it } from 'vitest';
import { email, newPassword, origin, password } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';
import { stepMs } from '../totp.js';
import { createMfaBench, finishedSignIn, type MfaBench } from './mfa-bench.js';

let bench: MfaBench;
let deviceToken: string;
beforeEach(async () => {
  bench = await createMfaBench();
  const signedIn = await bench.verify((await bench.beginHalf()).mfaToken, { rememberDevice: true });
  deviceToken = signedIn.deviceToken ?? '';
  bench.clock.advance(stepMs);
});

const signIn = (token: string | null, change: object = {}) =>
  bench.auth.signInWithPassword({ tenantId: '', email, password, origin, deviceToken: token, ...change });

describe('a browser that is remembered', () => {
  it('asks for the password only, and gets the next token each time', async () => {
    const first = finishedSignIn(await signIn(deviceToken));
    expect(first.session.amr).toEqual(['pwd', 'swk']);
    expect((await signIn(deviceToken)).kind).toBe('second_factor_required');
    const second = finishedSignIn(await signIn(first.deviceToken));
    expect(second.deviceToken).not.toBe(first.deviceToken);
  });

  it('still asks for the right password', async () => {
    expect(await refusalCode(signIn(deviceToken, { password: 'wrong' }))).toBe('credentials_invalid');
    expect((await signIn(deviceToken)).kind).toBe('signed_in');
  });

  it('is remembered for 30 days, and not if nobody asked for it', async () => {
    bench.clock.advance(30 * 86_400_000);
    expect((await signIn(deviceToken)).kind).toBe('second_factor_required');
    expect((await bench.verify((await bench.beginHalf()).mfaToken)).deviceToken).toBeNull();
  });

  it('of one user is none for another, and stays good for the first', async () => {
    const bob = 'bob@example.org';
    const registered = await bench.register(bob);
    const { secret } = await bench.auth.enrollSecondFactor(registered.user);
    expect(secret).not.toBe('');
    expect((await signIn(deviceToken, { email: bob })).kind).toBe('signed_in');
    expect((await signIn(deviceToken)).kind).toBe('signed_in');
  });

  it.each([
    [
      'the password is changed',
      async () => {
        const { user, enabled } = bench;
        const change = { user, sessionId: enabled.session.id, currentPassword: password, newPassword };
        await bench.auth.changePassword(change);
        return newPassword;
      },
    ],
    [
      'the second factor is set up anew',
      async () => {
        await bench.auth.resetSecondFactor({ user: bench.user, actorId: null });
        return password;
      },
    ],
  ])('is forgotten when %s', async (_act, act) => {
    const secret = await act();
    const outcome = await signIn(deviceToken, { password: secret });
    expect(outcome.kind === 'signed_in' ? outcome.session.amr : outcome.kind).toEqual(
      secret === newPassword ? 'second_factor_required' : ['pwd'],
    );
  });

  it('of parallel sign-ins with one token one is let in', async () => {
    const kinds = await Promise.all(Array.from({ length: 8 }, async () => (await signIn(deviceToken)).kind));
    expect(kinds.filter((kind) => kind === 'signed_in')).toHaveLength(1);
  });

  it('does not exist where the policy has it so', async () => {
    const never = bench.startNode({ mfa: { rememberDevices: 'never' } });
    const claim = { tenantId: '', email, password, origin };
    expect((await never.signInWithPassword({ ...claim, deviceToken })).kind).toBe('second_factor_required');
  });

  it.each(['', 'ot1_', 'x'.repeat(8192)])('is not made of %j', async (token) => {
    expect((await signIn(token)).kind).toBe('second_factor_required');
  });
});
