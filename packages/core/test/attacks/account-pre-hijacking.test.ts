/**
 * CVE-2026-53516 (better-auth), SuperTokens' linking rules: the attacker prepares an account for the victim's address, with
 * a password of their own, and waits until the victim confirms the address.
 */
import { expect, it } from 'vitest';
import { email, newPassword, password } from '../auth-bench.js';
import { ask, createEmailBench, lastToken } from '../flows/email-bench.js';
import { refusalCode } from '../refusal-code.js';

it('leaves nothing that the attacker could sign in to', async () => {
  const bench = createEmailBench();
  await ask(bench.auth, { password: newPassword });
  // The victim asks for an account of their own, and opens the link of that.
  await ask(bench.auth);
  await bench.auth.verifyEmail('', await lastToken(bench, 'email_verification'));
  expect(await refusalCode(bench.signIn(newPassword))).toBe('credentials_invalid');
  await bench.signIn(password);
});

it('has no account to reset, to find or to sign in to before the link is opened', async () => {
  const bench = createEmailBench();
  await ask(bench.auth);
  await bench.auth.forgotPassword('', email);
  expect((await bench.listNotices()).map(({ kind }) => kind)).toEqual(['email_verification']);
  expect(await bench.auth.stores.users.findByEmail('', email)).toBeNull();
});
