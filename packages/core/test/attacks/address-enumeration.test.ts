/**
 * ASVS 6.3.8, OWASP forgot-password cheat sheet: who has an account is found out by asking for one, by forgetting a password,
 * or by wanting an address. Answers are compared whole, and so is the work behind them.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { email, newPassword, password } from '../auth-bench.js';
import { createConfirmed } from '../flows/email-bench.js';
import { type Answer, createHttpBench, type HttpBench, ownPage } from '../http/http-bench.js';

const disabled = 'disabled@example.org';
const unknown = 'nobody@example.org';

let bench: HttpBench;
beforeEach(async () => {
  bench = createHttpBench({ auth: { emailVerification: 'required' } });
  await createConfirmed(bench);
  await createConfirmed(bench, disabled);
  const user = await bench.auth.stores.users.findByEmail('', disabled);
  if (user === null) throw new Error('no account');
  const { tenantId, userId } = user;
  await bench.auth.stores.users.update({ tenantId, userId, set: { disabledAt: new Date(0) } });
});

/** The answer but for the random id of the request, and every call of a store on the way to it. */
async function observe(url: string, json: object, headers = ownPage): Promise<[Answer, readonly string[]]> {
  bench.watched.forgetCalls();
  const answer = await bench.send({ method: 'POST', url, headers, json });
  // The one thing that differs from request to request, whoever asks.
  const { 'x-request-id': requestId, ...sent } = answer.headers;
  expect(requestId).toMatch(/^[\w-]{22}$/);
  return [{ ...answer, headers: sent }, [...bench.watched.calls]];
}

describe.each([
  ['/auth/register', (address: string) => ({ email: address, password: newPassword })],
  ['/auth/password/forgot', (address: string) => ({ email: address })],
] as const)('%s', (url, bodyFor) => {
  it.each([email, disabled])(
    'answers for %s as for an address without an account, after the same work',
    async (address) => {
      const known = await observe(url, bodyFor(address));
      expect(known[0].status).toBe(202);
      expect(known).toEqual(await observe(url, bodyFor(unknown)));
    },
  );
});

it('a password is forgotten after the same work also where no more mail is due', async () => {
  bench = createHttpBench({ auth: { emailVerification: 'required', rateLimits: {} } });
  await createConfirmed(bench);
  const forgetOften = async (address: string) => {
    for (let turn = 0; turn < 4; turn++) await bench.auth.forgotPassword('', address);
    const [{ status }, calls] = await observe('/auth/password/forgot', { email: address });
    return { status, calls };
  };
  const known = await forgetOften(email);
  expect(known.calls).toContain('oneTimeTokens.create');
  expect(known).toEqual(await forgetOften(unknown));
});

it('an address that somebody has is asked for like one that nobody has', async () => {
  const { accessToken } = await bench.signIn(password);
  const headers = { authorization: `Bearer ${accessToken}` } as never;
  const taken = await observe('/auth/email/change', { newEmail: disabled }, headers);
  expect(taken[0].status).toBe(202);
  expect(taken).toEqual(await observe('/auth/email/change', { newEmail: unknown }, headers));
});
