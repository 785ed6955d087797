/**
 * NIST SP 800-63B-4 §3.2.2, ASVS 6.3.1: somebody who knows the password guesses the code. CVE-2025-6014, CVE-2025-6015: the
 * count must come before the look, on the account and not on the attempt to sign in.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { email, newPassword, origin, password } from '../auth-bench.js';
import { lastToken } from '../flows/email-bench.js';
import { createMfaBench, type MfaBench } from '../flows/mfa-bench.js';
import { refusalCode } from '../refusal-code.js';
import { createAuthenticator } from '../totp.js';

const minuteMs = 60_000;

let bench: MfaBench;
beforeEach(async () => {
  // Passwords are not what is guessed here.
  bench = await createMfaBench({
    auth: {
      rateLimits: { signIn: { count: 1_000_000, per: '1d' }, signInClient: { count: 1_000_000, per: '1d' } },
    },
  });
  bench.clock.advance(minuteMs);
});

const guess = (mfaToken: string, at: number, change: object = {}) =>
  refusalCode(bench.verify(mfaToken, { code: String(at).padStart(6, '0'), ...change }));

it('of 200 guesses at once one is looked at', async () => {
  const { mfaToken } = await bench.beginHalf();
  const codes = await Promise.all(Array.from({ length: 200 }, (_, at) => guess(mfaToken, at)));
  expect(codes.filter((code) => code !== 'rate_limited')).toEqual(['mfa_code_invalid']);
});

it('new sign-ins, other methods and reauthentication give no more of them', async () => {
  const halves = await Promise.all(Array.from({ length: 20 }, () => bench.beginHalf()));
  const { user, enabled } = bench;
  const again = (method: 'totp' | 'backup_code') =>
    refusalCode(
      bench.auth.reauthenticate({
        ...{ user, password, sessionId: enabled.session.id },
        ...{ origin: { ip: null, userAgent: null, isBrowser: false }, proof: { method, code: '000000' } },
      }),
    );
  const codes = await Promise.all([
    ...halves.map(({ mfaToken }, at) => guess(mfaToken, at)),
    ...halves.map(({ mfaToken }, at) => guess(mfaToken, at, { method: 'backup_code' })),
    again('totp'),
    again('backup_code'),
  ]);
  // One code of the authenticator, and one backup code, which nobody can guess.
  expect(codes.filter((code) => code !== 'rate_limited')).toEqual(['mfa_code_invalid', 'mfa_code_invalid']);
});

it('a new password gives no more of them to whoever has a session and knows the old one', async () => {
  const { user, enabled } = bench;
  const asking = { user, sessionId: enabled.session.id, origin };
  const proof = { method: 'totp', code: '000000' } as const;
  const codes: unknown[] = [];
  for (let at = 0; at < 5; at++) {
    codes.push(await refusalCode(bench.auth.reauthenticate({ ...asking, password, proof })));
    await bench.auth.changePassword({ ...asking, currentPassword: password, newPassword: password });
  }
  expect(codes.filter((code) => code === 'mfa_code_invalid')).toHaveLength(1);
});

it('whoever reads the mailbox gets 100 and a few that come back, however often they reset the password', async () => {
  let looked = 0;
  for (let turn = 0; turn < 30; turn++) {
    const { mfaToken } = await bench.beginHalf(await resetPassword());
    for (let at = 0; at < 9; at++) {
      if ((await guess(mfaToken, at)) === 'mfa_code_invalid') looked++;
      bench.clock.advance(minuteMs);
    }
    bench.clock.advance(20 * minuteMs);
  }
  expect(looked).toBe(100);
});

it('whoever goes on for ten years gets 100 and a few that come back, and no more', async () => {
  const { mfaToken } = await bench.beginHalf();
  let looked = 0;
  let token = mfaToken;
  for (let day = 0; day < 60; day++) {
    for (let at = 0; at < 10; at++) {
      const code = await guess(token, at);
      if (code === 'mfa_token_invalid') token = (await bench.beginHalf()).mfaToken;
      if (code === 'mfa_code_invalid') looked++;
      bench.clock.advance(5 * minuteMs);
    }
    bench.clock.advance(86_400_000);
  }
  expect(looked).toBeGreaterThan(90);
  expect(looked).toBeLessThanOrEqual(101);
});

it('a good code gives the attempts back', async () => {
  const { mfaToken } = await bench.beginHalf();
  expect(await guess(mfaToken, 0)).toBe('mfa_code_invalid');
  expect(await refusalCode(bench.verify(mfaToken))).toBe('rate_limited');
  bench.clock.advance(minuteMs);
  expect(await refusalCode(bench.verify(mfaToken))).toBeNull();
  const again = await bench.beginHalf();
  expect(await guess(again.mfaToken, 0)).toBe('mfa_code_invalid');
});

it('whoever fails keeps the owner neither from the notice nor from a link to a new password (ASVS 6.3.5)', async () => {
  const { mfaToken } = await bench.beginHalf();
  for (let at = 0; at < 5; at++) {
    await guess(mfaToken, at);
    bench.clock.advance(minuteMs);
  }
  await bench.auth.forgotPassword('', email);
  const kinds = (await bench.listNotices()).map(({ kind }) => kind);
  // As many as one mailbox gets in an hour.
  expect(kinds.filter((kind) => kind === 'second_factor_failed')).toHaveLength(3);
  expect(kinds.at(-1)).toBe('password_reset');
});

it('whoever knew the old password does not lock out whoever sets a new one (ASVS 6.1.1)', async () => {
  const { mfaToken } = await bench.beginHalf();
  await guess(mfaToken, 0);
  const half = await bench.beginHalf(await resetPassword());
  expect(await refusalCode(bench.verify(half.mfaToken))).toBeNull();
});

it('first codes of an authenticator are counted too', async () => {
  const { user, session } = await bench.register('eve@example.org');
  const { secret } = await bench.auth.enrollSecondFactor(user);
  const confirm = (code: string) =>
    refusalCode(bench.auth.confirmSecondFactor({ user, sessionId: session.id, code }));
  expect(await confirm('000000')).toBe('mfa_code_invalid');
  const code = await createAuthenticator(secret, bench.clock).code();
  expect(await confirm(code)).toBe('rate_limited');
});

describe('after 100 failures of each kind', () => {
  beforeEach(async () => {
    for (let at = 0; at < 100; at++) {
      const { mfaToken } = await bench.beginHalf();
      for (const method of ['totp', 'backup_code'])
        expect(await guess(mfaToken, at, { method })).toBe('mfa_code_invalid');
      bench.clock.advance(30 * minuteMs);
    }
    bench.clock.advance(2 * 86_400_000);
  });
  const open = async (change: object = {}) =>
    refusalCode(bench.verify((await bench.beginHalf(await resetPassword())).mfaToken, change));

  it('no code of the authenticator is looked at, whatever becomes of the password (SP 800-63B-4 §3.2.2)', async () => {
    expect(await open()).toBe('rate_limited');
  });

  it('a backup code opens the account, and has the authenticator looked at again (ASVS 6.1.1)', async () => {
    expect(await open({ method: 'backup_code', code: bench.backupCodes[0] })).toBeNull();
    expect(await open()).toBeNull();
  });

  it('an authenticator that is set up in the place of a lost one begins at none', async () => {
    await bench.auth.resetSecondFactor({ user: bench.user, actorId: null });
    const { user, session } = await bench.signIn();
    const { secret } = await bench.auth.enrollSecondFactor(user);
    const authenticator = createAuthenticator(secret, bench.clock);
    const code = await authenticator.code();
    await bench.auth.confirmSecondFactor({ user, sessionId: session.id, code });
    bench.clock.advance(minuteMs);
    expect(await open({ code: await authenticator.code() })).toBeNull();
  });
});

/** As whoever reads the mailbox does it. @returns the new password. */
async function resetPassword(): Promise<string> {
  await bench.auth.forgotPassword('', email);
  await bench.auth.resetPassword({
    tenantId: '',
    token: await lastToken(bench, 'password_reset'),
    newPassword,
  });
  return newPassword;
}
