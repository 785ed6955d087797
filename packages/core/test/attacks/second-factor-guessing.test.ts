/**
 * NIST SP 800-63B-4 §3.2.2, ASVS 6.3.1: somebody who knows the password guesses the code. CVE-2025-6014, CVE-2025-6015: the
 * count must come before the look, on the account and not on the attempt to sign in.
 */
import { beforeEach, expect, it } from 'vitest';
import { email, newPassword, password } from '../auth-bench.js';
import { createMfaBench, type MfaBench } from '../flows/mfa-bench.js';
import { refusalCode } from '../refusal-code.js';

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
  expect(codes.filter((code) => code !== 'rate_limited')).toEqual(['mfa_code_invalid']);
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
  await bench.auth.forgotPassword('', email);
  const link = (await bench.listNotices()).findLast((notice) => notice.kind === 'password_reset');
  const token = link !== undefined && 'token' in link ? link.token : '';
  await bench.auth.resetPassword({ tenantId: '', token, newPassword });
  expect(await refusalCode(bench.verify((await bench.beginHalf(newPassword)).mfaToken))).toBeNull();
});
