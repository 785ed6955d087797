import { createSecondFactors, type RootSecrets, type SecondFactorsOptions } from '@tessera-auth/core';
import { createKeyRing } from '@tessera-auth/core/primitives';
import { createMemorySecondFactorStore, type SecondFactorStore } from '@tessera-auth/core/stores';
import { createTestClock, type TestClock } from '@tessera-auth/core/testing';
import { generate } from 'otplib/functional';
import { beforeEach, describe, expect, it } from 'vitest';
import { newRootSecret, rootSecret } from '../../auth-bench.js';
import { createAuthenticator, stepMs } from '../../totp.js';

const ada = { tenantId: 'acme', userId: 'ada' };
const bob = { tenantId: 'acme', userId: 'bob' };

let clock: TestClock;
let store: SecondFactorStore;

function open(options: Partial<SecondFactorsOptions> = {}, secret: RootSecrets = rootSecret) {
  return createSecondFactors({
    store,
    keyRing: createKeyRing({ secret }),
    issuer: 'Acme',
    clock,
    ...options,
  });
}

async function enable(factors = open(), user = ada) {
  const enrollment = await factors.enroll(user, 'ada@example.org');
  const authenticator = createAuthenticator(enrollment?.secret ?? '', clock);
  const backupCodes = await factors.confirm(user, await authenticator.code());
  clock.advance(2 * stepMs);
  return { authenticator, backupCodes: backupCodes ?? [] };
}

beforeEach(() => {
  clock = createTestClock();
  store = createMemorySecondFactorStore({ clock });
});

describe('the codes of an authenticator', () => {
  // RFC 6238, appendix B, for HMAC-SHA-1, its last six digits.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %d s: %s', async (seconds, code) => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(await generate({ secret, epoch: seconds })).toBe(code);
  });
});

describe('an enrolment', () => {
  it('gives a key of 160 random bits, a URI and an image that is no script', async () => {
    const [first, second] = [await open().enroll(ada, 'ada@example.org'), await open().enroll(bob, 'x')];
    expect(first?.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(first?.secret).not.toBe(second?.secret);
    expect(first?.otpauthUri).toBe(
      `otpauth://totp/Acme:ada%40example.org?secret=${first?.secret}&issuer=Acme`,
    );
    expect(first?.qrSvg).toMatch(/^<svg [^<]*>[\s\S]*<\/svg>$/);
    expect(first?.qrSvg).not.toMatch(/script|href|onload/i);
  });

  it('counts for nothing until it is confirmed with a good code', async () => {
    const factors = open();
    const { secret = '' } = (await factors.enroll(ada, 'ada')) ?? {};
    const { code } = createAuthenticator(secret, clock);
    expect(await factors.describe(ada)).toMatchObject({ isEnabled: false, backupCodesLeft: 0 });
    expect(await factors.verify(ada, { method: 'totp', code: await code() })).toBeNull();
    expect(await factors.confirm(ada, '000000')).toBeNull();
    expect(await factors.confirm(ada, await code())).toHaveLength(10);
    expect(await factors.describe(ada)).toEqual({
      isEnabled: true,
      enabledAt: new Date(clock.now()),
      backupCodesLeft: 10,
    });
  });

  it('is refused to whoever has a second factor, and leaves that as it is', async () => {
    const factors = open();
    const { authenticator } = await enable(factors);
    expect(await factors.enroll(ada, 'ada')).toBeNull();
    expect(await factors.verify(ada, { method: 'totp', code: await authenticator.code() })).not.toBeNull();
  });

  it('is stored sealed: neither the key nor a backup code is in the store', async () => {
    const writes: string[] = [];
    const inner = store;
    store = new Proxy(inner, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key);
        return typeof method === 'function'
          ? (...args: unknown[]) => {
              writes.push(JSON.stringify(args));
              return method.apply(target, args);
            }
          : method;
      },
    });
    const factors = open();
    const { secret = '' } = (await factors.enroll(ada, 'ada')) ?? {};
    const codes = (await factors.confirm(ada, await createAuthenticator(secret, clock).code())) ?? [];
    await factors.verify(ada, { method: 'backup_code', code: codes[0] ?? '' });
    const written = writes.join('\n');
    for (const hidden of [secret, ...codes, ...codes.map((code) => code.replaceAll('-', ''))])
      expect(written).not.toContain(hidden);
  });
});

describe('a code', () => {
  // CVE-2024-7318: the window is stated and tested.
  it.each([
    [-2, false],
    [-1, true],
    [0, true],
    [1, false],
    [2, false],
  ])('of %d steps from now: %s', async (steps, isGood) => {
    const { authenticator } = await enable();
    const used = await open().verify(ada, { method: 'totp', code: await authenticator.codeIn(steps) });
    expect(used !== null).toBe(isGood);
  });

  it('is good for its own thirty seconds and not a moment longer, where the policy says so (ASVS 6.5.5)', async () => {
    const strict = open({ allowsPreviousCode: false });
    const { authenticator } = await enable(strict);
    const intoStep = clock.now() % stepMs;
    const code = await authenticator.code();
    const isGoodAt = async (ms: number) => {
      clock.advance(ms - (clock.now() % stepMs));
      return (await strict.verify(ada, { method: 'totp', code })) !== null;
    };
    expect(intoStep).toBeGreaterThan(0);
    expect(await isGoodAt(stepMs)).toBe(false);
    clock.advance(-stepMs);
    expect(await isGoodAt(stepMs - 1)).toBe(true);
    clock.advance(1);
    expect(await strict.verify(ada, { method: 'totp', code: await authenticator.codeIn(-1) })).toBeNull();
    expect(await strict.verify(ada, { method: 'totp', code: await authenticator.code() })).not.toBeNull();
  });

  it('is good for a minute at most where the step before counts', async () => {
    const { authenticator } = await enable();
    clock.advance(stepMs - (clock.now() % stepMs));
    const code = await authenticator.code();
    const isGood = async () => (await open().verify(ada, { method: 'totp', code })) !== null;
    clock.advance(2 * stepMs);
    expect(await isGood()).toBe(false);
    clock.advance(-1);
    expect(await isGood()).toBe(true);
  });

  // CVE-2021-43177: also the trailing one. ASVS 6.5.1
  it('is good once, and none before it afterwards (ASVS 6.5.1)', async () => {
    const { authenticator } = await enable();
    const factors = open();
    const present = async (code: string) => (await factors.verify(ada, { method: 'totp', code })) !== null;
    const [previous, current] = [await authenticator.codeIn(-1), await authenticator.code()];
    expect(await present(current)).toBe(true);
    expect([await present(current), await present(previous)]).toEqual([false, false]);
    clock.advance(stepMs);
    expect(await present(current)).toBe(false);
    expect(await present(await authenticator.code())).toBe(true);
  });

  it('that confirmed the enrolment signs nobody in', async () => {
    const factors = open();
    const { secret = '' } = (await factors.enroll(ada, 'ada')) ?? {};
    const code = await createAuthenticator(secret, clock).code();
    await factors.confirm(ada, code);
    expect(await factors.verify(ada, { method: 'totp', code })).toBeNull();
  });

  it('may have blanks in it, and is nothing else than six digits', async () => {
    const { authenticator } = await enable();
    const code = await authenticator.code();
    for (const method of ['totp', 'backup_code'] as const) {
      for (const wrong of ['', ' ', code.slice(1), `${code}0`, `-${code}`, 'abcdef', code.replace(/./, '٣')])
        expect(await open().verify(ada, { method, code: wrong })).toBeNull();
    }
    const spelled = `${code.slice(0, 3)} ${code.slice(3)}`;
    expect(await open().verify(ada, { method: 'totp', code: spelled })).not.toBeNull();
  });

  it('of one user opens nothing for another, with the same key in the row', async () => {
    const { authenticator } = await enable();
    await enable(open(), bob);
    const stolen = await store.find(ada);
    const mixed: SecondFactorStore = {
      ...store,
      find: async (user) => (user.userId === 'bob' ? { ...stolen, ...user } : store.find(user)) as never,
    };
    const factors = open({ store: mixed });
    expect(await factors.verify(bob, { method: 'totp', code: await authenticator.code() })).toBeNull();
  });
});

describe('backup codes', () => {
  it('are ten, of 130 random bits each (ASVS 6.5.2, 6.5.4, 11.5.1), and each is good once', async () => {
    const { backupCodes } = await enable();
    expect(new Set(backupCodes).size).toBe(10);
    for (const code of backupCodes)
      expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{5}-){4}[0-9a-hjkmnp-tv-z]{6}$/);
    for (const [at, code] of backupCodes.entries()) {
      const proof = { method: 'backup_code', code } as const;
      expect(await open().verify(ada, proof)).toEqual({ method: 'backup_code', backupCodesLeft: 9 - at });
      expect(await open().verify(ada, proof)).toBeNull();
    }
  });

  it('may be typed as people type', async () => {
    const { backupCodes } = await enable();
    const typed = (backupCodes[0] ?? '').toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O');
    expect(await open().verify(ada, { method: 'backup_code', code: typed })).not.toBeNull();
  });

  it('are replaced all at once', async () => {
    const { backupCodes } = await enable();
    const renewed = (await open().renewBackupCodes(ada)) ?? [];
    expect(renewed).toHaveLength(10);
    const present = async (code = '') => (await open().verify(ada, { method: 'backup_code', code })) !== null;
    expect([await present(backupCodes[3]), await present(renewed[3])]).toEqual([false, true]);
    expect(await open().renewBackupCodes(bob)).toBeNull();
  });

  it('of one user open nothing for another', async () => {
    const { backupCodes } = await enable();
    await enable(open(), bob);
    expect(await open().verify(bob, { method: 'backup_code', code: backupCodes[0] ?? '' })).toBeNull();
  });
});

describe('another root secret', () => {
  it('opens what the older one sealed, and seals it anew when it is used', async () => {
    const { authenticator } = await enable();
    const rotated = open({}, [newRootSecret, rootSecret]);
    expect(await rotated.verify(ada, { method: 'totp', code: await authenticator.code() })).not.toBeNull();
    clock.advance(stepMs);
    const alone = open({}, newRootSecret);
    expect(await alone.verify(ada, { method: 'totp', code: await authenticator.code() })).not.toBeNull();
  });

  it('that came without it opens no key, but backup codes stay good', async () => {
    const { authenticator, backupCodes } = await enable();
    const alone = open({}, newRootSecret);
    expect(await alone.verify(ada, { method: 'totp', code: await authenticator.code() })).toBeNull();
    expect(await alone.verify(ada, { method: 'backup_code', code: backupCodes[0] ?? '' })).not.toBeNull();
  });
});

it('a second factor that was removed is gone with its backup codes', async () => {
  const { authenticator, backupCodes } = await enable();
  expect([await open().remove(ada), await open().remove(ada), await open().remove(bob)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(await open().verify(ada, { method: 'totp', code: await authenticator.code() })).toBeNull();
  expect(await open().verify(ada, { method: 'backup_code', code: backupCodes[0] ?? '' })).toBeNull();
});
