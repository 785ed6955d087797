/**
 * ASVS 6.5.3, 7.2.3: secrets that are guessed, since they come from a generator that is no CSPRNG, are too short, or repeat.
 */
import { afterEach, expect, it, vi } from 'vitest';
import { createAuthBench, email, tokenOfLastLink } from '../auth-bench.js';
import { ask, createEmailBench } from '../flows/email-bench.js';
import { createMfaBench } from '../flows/mfa-bench.js';

afterEach(() => vi.restoreAllMocks());

/** Every secret that one account brings up, by what it is. */
async function listSecrets() {
  const bench = await createMfaBench();
  const { auth, enabled, backupCodes } = bench;
  await auth.forgotPassword('', email);
  const { jti } = auth.accessTokens.verify(enabled.accessToken);
  const [, refreshToken = ''] = enabled.refreshToken.split('rt1_');
  return {
    tokenIds: [jti],
    sessionIds: [enabled.session.id],
    refreshTokens: [refreshToken],
    links: [(await tokenOfLastLink(bench)).replace('ot1_', '')],
    halves: [(await bench.beginHalf()).mfaToken.replace('ot1_', '')],
    csrfTokens: [auth.csrfTokens.issue(enabled.session.id)],
    backupCodes,
  };
}

it('none of them asks Math.random or the clock', async () => {
  vi.spyOn(Math, 'random').mockImplementation(() => {
    throw new Error('Math.random is no CSPRNG');
  });
  // The clock of a bench always begins at the same instant, so what came from it would repeat.
  const [one, other] = [await listSecrets(), await listSecrets()];
  for (const [name, values] of Object.entries(one)) {
    for (const value of values) expect(Object.values(other).flat(), name).not.toContain(value);
  }
});

it('each is long enough (ASVS 11.5.1)', async () => {
  const { backupCodes, ...secrets } = await listSecrets();
  for (const [name, values] of Object.entries(secrets)) {
    for (const value of values)
      expect(Buffer.from(value, 'base64url').length, name).toBeGreaterThanOrEqual(16);
  }
  // 5 bits a letter.
  for (const code of backupCodes) expect(code.replaceAll('-', '').length * 5).toBeGreaterThanOrEqual(128);
});

it('every place of a link differs from one to the next', async () => {
  const bench = createEmailBench();
  const letters = Array.from({ length: 64 }, () => new Set<string>());
  for (let turn = 0; turn < 40; turn++) {
    await ask(bench.auth, { email: `ada${turn}@example.org` });
    const token = (await tokenOfLastLink(bench)).replace('ot1_', '');
    expect(token).toHaveLength(64);
    for (const [at, letter] of [...token].entries()) letters[at]?.add(letter);
  }
  // The chance that random letters fail here is below one in 10^20.
  for (const seen of letters) expect(seen.size).toBeGreaterThan(8);
});

it('every sign-in gets tokens of its own (ASVS 7.2.2)', async () => {
  const bench = createAuthBench();
  await bench.register();
  const signedIn = await Promise.all(Array.from({ length: 20 }, () => bench.signIn()));
  const held = signedIn.flatMap(({ accessToken, refreshToken, session }) => [
    accessToken,
    refreshToken,
    session.id,
  ]);
  expect(new Set(held).size).toBe(60);
});
