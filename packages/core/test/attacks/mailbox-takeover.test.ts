/**
 * ASVS 6.3.6: somebody reads the mailbox of another, and tries what was sent there as a way in. What a mail holds is no factor:
 * it confirms an address or sets a password, and signs nobody in.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { email, newPassword, password, userOf } from '../auth-bench.js';
import { ask, createConfirmed, lastToken } from '../flows/email-bench.js';
import { createHttpBench, type HttpBench, ownPage } from '../http/http-bench.js';
import { createAuthenticator, stepMs } from '../totp.js';

let bench: HttpBench;
beforeEach(async () => {
  bench = createHttpBench({ auth: { emailVerification: 'required' } });
  await createConfirmed(bench);
});

const kinds = ['email_verification', 'password_reset', 'email_change'] as const;

/** One good link of each kind. */
async function sendLinks(): Promise<readonly string[]> {
  const { user } = await bench.signIn();
  await ask(bench.auth, { email: 'eve@example.org' });
  await bench.auth.requestEmailChange(userOf({ user }), 'lovelace@example.org');
  await bench.auth.forgotPassword('', email);
  return Promise.all(kinds.map((kind) => lastToken(bench, kind)));
}

const post = (url: string, json: object, headers: Record<string, string> = {}) =>
  bench.send({ method: 'POST', url, json, headers: { ...ownPage, ...headers } });

/** Nobody is signed in by an answer that holds neither cookie nor token. */
const expectNobodyIn = ({ cookies, json }: Awaited<ReturnType<typeof post>>) => {
  expect(cookies.filter((line) => !/; Max-Age=0$/.test(line))).toEqual([]);
  expect(JSON.stringify(json ?? {})).not.toMatch(/accessToken|refreshToken|"user"/);
};

async function enableSecondFactor() {
  const { user, session } = await bench.signIn();
  const { secret } = await bench.auth.enrollSecondFactor(userOf({ user }));
  const authenticator = createAuthenticator(secret, bench.clock);
  const code = await authenticator.code();
  const { backupCodes } = await bench.auth.confirmSecondFactor({ user, sessionId: session.id, code });
  bench.clock.advance(2 * stepMs);
  return { authenticator, backupCodes };
}

it('a link does what it is for, and starts no session', async () => {
  const [verification = '', reset = '', change = ''] = await sendLinks();
  bench.watched.forgetCalls();
  const answers = [
    await post('/auth/email/verify', { token: verification }),
    await post('/auth/email/verify', { token: change }),
    await post('/auth/password/reset', { token: reset, newPassword }),
  ];
  // The moved address voids the link to a new password, so ask for another.
  await bench.auth.forgotPassword('', 'lovelace@example.org');
  const token = await lastToken(bench, 'password_reset');
  answers.push(await post('/auth/password/reset', { token, newPassword }));
  expect(answers.map(({ status }) => status)).toEqual([204, 204, 422, 204]);
  for (const answer of answers) expectNobodyIn(answer);
  expect(bench.watched.calls).not.toContain('sessions.create');
});

it('a link is no token of any other route', async () => {
  const tokens = await sendLinks();
  bench.watched.forgetCalls();
  for (const token of tokens) {
    const bearer = { authorization: `Bearer ${token}` };
    for (const answer of [
      await post('/auth/refresh', { refreshToken: token }),
      await post('/auth/mfa/verify', { mfaToken: token, method: 'totp', code: '000000' }),
      await post('/auth/mfa/verify', { mfaToken: token, method: 'backup_code', code: token.slice(0, 64) }),
      await post('/auth/mfa/setup', { mfaToken: token }),
      await post('/auth/mfa/setup/confirm', { mfaToken: token, code: '000000' }),
      await post('/auth/login', { email, password: token }),
      await post('/auth/reauthenticate', { password: token }, bearer),
      await bench.send({ method: 'GET', url: '/auth/me', headers: bearer }),
    ]) {
      expect(answer.status).toBeGreaterThanOrEqual(401);
      expectNobodyIn(answer);
    }
  }
  expect(bench.watched.calls).not.toContain('sessions.create');
});

describe('of somebody with a second factor, the mailbox', () => {
  it('opens nothing alone: with the new password the factor is asked for as ever', async () => {
    await enableSecondFactor();
    await bench.auth.forgotPassword('', email);
    const token = await lastToken(bench, 'password_reset');
    await post('/auth/password/reset', { token, newPassword });
    const half = await post('/auth/login', { email, password: newPassword });
    expect(half.json).toMatchObject({ mfaRequired: true, setupRequired: false });
    expectNobodyIn(half);
    // No way of the second half goes by mail, and none is sent for it.
    expect(half.json.methods).toEqual(['totp', 'backup_code']);
    const notices = await bench.listNotices();
    expect(JSON.stringify(notices)).not.toContain(half.json.mfaToken);
    for (const notice of notices)
      if (notice.kind !== 'password_reset' && notice.kind !== 'email_verification')
        expect(Object.keys(notice)).not.toContain('token');
    expectNobodyIn(await post('/auth/mfa/setup', { mfaToken: half.json.mfaToken }));
  });

  it('is no second factor: neither a link nor a piece of it is a code', async () => {
    await enableSecondFactor();
    const half = await bench.beginSignIn(password);
    if (half.kind === 'signed_in') throw new Error('the second factor was not asked for');
    await bench.auth.forgotPassword('', email);
    const token = await lastToken(bench, 'password_reset');
    for (const code of [token.slice(0, 64), token.slice(4, 30), token.slice(-26), token.slice(-6)])
      for (const method of ['totp', 'backup_code'] as const) {
        const answer = await post('/auth/mfa/verify', { mfaToken: half.mfaToken, method, code });
        expect([answer.status, answer.json.code]).toEqual([401, 'mfa_code_invalid']);
      }
  });
});

it('no session says that a mail was its proof', async () => {
  const { authenticator } = await enableSecondFactor();
  await bench.auth.forgotPassword('', email);
  await post('/auth/password/reset', { token: await lastToken(bench, 'password_reset'), newPassword });
  const half = await post('/auth/login', { email, password: newPassword, transport: 'bearer' });
  const code = await authenticator.code();
  const proof = { mfaToken: half.json.mfaToken, method: 'totp', code, transport: 'bearer' };
  const { accessToken } = (await post('/auth/mfa/verify', proof)).json;
  expect(bench.auth.accessTokens.verify(accessToken).amr).toEqual(['pwd', 'otp', 'mfa']);
});
