// ASVS 6.2.12: what the app knows, or asks, of passwords from breaches decides, and silence does not pass for "no".
import { createPasswords, type PasswordsOptions } from '@tessera-auth/core';
import { afterEach, expect, it, vi } from 'vitest';
import { createAuthBench, email, newPassword, origin, password } from '../../auth-bench.js';
import { cheapArgon2 } from './cheap-argon2.js';

const tooCommon = { code: 'password_too_common' };
const unavailable = { code: 'store_unavailable' };
const passwordsWith = (options: PasswordsOptions) => createPasswords({ ...cheapArgon2, ...options });

afterEach(() => vi.useRealTimers());

it('refuses what is breached and takes what is not', async () => {
  const passwords = passwordsWith({ isBreached: (given) => given === password });
  await expect(passwords.requireUnbreached(password)).rejects.toMatchObject(tooCommon);
  await expect(passwords.requireUnbreached(newPassword)).resolves.toBeUndefined();
});

const noAnswers: readonly [string, () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('down');
    },
  ],
  ['rejects', () => Promise.reject(new Error('down'))],
  ['says undefined', () => undefined],
  ['says 0', () => 0],
];

it.each(noAnswers)('refuses as long as the function %s', async (_what, isBreached) => {
  const passwords = passwordsWith({ isBreached: isBreached as () => boolean });
  await expect(passwords.requireUnbreached(password)).rejects.toMatchObject(unavailable);
});

it.each(noAnswers)('takes what nobody could tell, where the app says so: %s', async (_what, isBreached) => {
  const passwords = passwordsWith({
    isBreached: isBreached as () => boolean,
    acceptsUncheckedPasswords: true,
  });
  await expect(passwords.requireUnbreached(password)).resolves.toBeUndefined();
});

it('still refuses what is breached where the app takes what nobody could tell', async () => {
  const passwords = passwordsWith({ isBreached: () => true, acceptsUncheckedPasswords: true });
  await expect(passwords.requireUnbreached(password)).rejects.toMatchObject(tooCommon);
});

it('waits no longer than breachTimeout, and says so to the function', async () => {
  vi.useFakeTimers();
  let signal: AbortSignal | undefined;
  const passwords = passwordsWith({
    breachTimeout: '2s',
    isBreached: (_given, aborted) => {
      signal = aborted;
      return new Promise(() => {});
    },
  });
  const asked = passwords.requireUnbreached(password).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(1999);
  expect(signal?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await asked).toMatchObject(unavailable);
  expect(signal?.aborted).toBe(true);
});

it.each([
  ['isBreached', { isBreached: true as never }],
  ['breachTimeout', { breachTimeout: '1ms' as const }],
])('%s that is not acceptable is refused at the start', (name, options) => {
  expect(() => passwordsWith(options)).toThrow(new RegExp(`passwords.${name}`));
});

it('is asked by everything that sets a password, and by nothing else', async () => {
  const asked: string[] = [];
  const bench = createAuthBench({
    auth: {
      passwords: {
        ...cheapArgon2,
        isBreached: (given) => {
          asked.push(given);
          return given.startsWith('Breached');
        },
      },
    },
  });
  const { auth } = bench;
  const person = { tenantId: '', email, name: null, origin };
  const breached = 'Breached_Tulip_Piano_38';
  await expect(auth.register({ ...person, password: breached })).rejects.toMatchObject(tooCommon);
  await expect(auth.requestAccount({ ...person, password: breached })).rejects.toMatchObject(tooCommon);
  const { user, session } = await bench.register();
  const change = { user, sessionId: session.id, currentPassword: password };
  await expect(auth.changePassword({ ...change, newPassword: breached })).rejects.toMatchObject(tooCommon);
  await auth.forgotPassword('', email, origin.ip);
  const token = (await bench.listNotices())
    .flatMap((notice) => ('token' in notice ? [notice.token] : []))
    .at(-1);
  const reset = { tenantId: '', token: token ?? '' };
  await expect(auth.resetPassword({ ...reset, newPassword: breached })).rejects.toMatchObject(tooCommon);
  await auth.resetPassword({ ...reset, newPassword });
  await bench.signIn(newPassword);
  expect(asked).toEqual([breached, breached, password, breached, breached, newPassword]);
});

it('is not asked by floods: limits come first', async () => {
  let count = 0;
  const { auth } = createAuthBench({
    auth: {
      rateLimits: {},
      passwords: {
        ...cheapArgon2,
        isBreached: () => {
          count++;
          return true;
        },
      },
    },
  });
  const registration = { tenantId: '', email, password, name: null, origin };
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, () =>
      auth.register(registration).catch((error: { code: string }) => error.code),
    ),
  );
  expect(outcomes.filter((code) => code === 'password_too_common')).toHaveLength(count);
  expect(outcomes.filter((code) => code === 'rate_limited')).toHaveLength(100 - count);
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(50);
});
