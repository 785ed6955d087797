/**
 * RFC 8725 §3.12, ASVS 6.5.1, 6.6.2: the token of one link is used for another thing, another tenant, or another token.
 */
import { beforeEach, expect, it } from 'vitest';
import { email, newPassword, userOf } from '../auth-bench.js';
import { ask, createConfirmed, lastToken } from '../flows/email-bench.js';
import { createHttpBench, type HttpBench } from '../http/http-bench.js';
import { refusalCode } from '../refusal-code.js';

let bench: HttpBench;
beforeEach(async () => {
  bench = createHttpBench({ auth: { emailVerification: 'required' } });
  await createConfirmed(bench);
});

it('a link that confirms sets no password, and one to a new password confirms nothing', async () => {
  const { user } = await bench.signIn();
  await bench.auth.requestEmailChange(userOf({ user }), 'lovelace@example.org');
  await ask(bench.auth, { email: 'eve@example.org' });
  await bench.auth.forgotPassword('', email);
  for (const kind of ['email_change', 'email_verification'] as const) {
    const reset = { tenantId: '', token: await lastToken(bench, kind), newPassword };
    expect(await refusalCode(bench.auth.resetPassword(reset))).toBe('one_time_token_invalid');
  }
  const token = await lastToken(bench, 'password_reset');
  expect(await refusalCode(bench.auth.verifyEmail('', token))).toBe('one_time_token_invalid');
  expect(await refusalCode(bench.auth.resetPassword({ tenantId: '', token, newPassword }))).toBeNull();
});

it('a link of one tenant opens nothing in another', async () => {
  await bench.auth.forgotPassword('', email);
  const token = await lastToken(bench, 'password_reset');
  const elsewhere = bench.auth.resetPassword({ tenantId: 'globex', token, newPassword });
  expect(await refusalCode(elsewhere)).toBe('one_time_token_invalid');
});

it('a link that was made for nobody is nobody’s, and shares its name with nobody', async () => {
  const owners: string[] = [];
  const { oneTimeTokens } = bench.auth.stores;
  const create = oneTimeTokens.create.bind(oneTimeTokens);
  oneTimeTokens.create = (command) => {
    owners.push(command.userId);
    return create(command);
  };
  for (const name of ['nobody', 'somebody']) await bench.auth.forgotPassword('', `${name}@example.org`);
  expect(new Set(owners).size).toBe(2);
  for (const userId of owners) expect(await bench.auth.findUser({ tenantId: '', userId })).toBeNull();
});

it.each(['__Host-access', '__Host-refresh'])('is no %s', async (cookie) => {
  await bench.auth.forgotPassword('', email);
  const token = await lastToken(bench, 'password_reset');
  const answer = await bench.send({
    method: 'GET',
    url: '/auth/me',
    headers: { cookie: `${cookie}=${token}` },
  });
  expect(answer.status).toBe(401);
  const bearer = await bench.send({
    method: 'GET',
    url: '/auth/me',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(bearer.status).toBe(401);
});
