import { createPasswords, isAuthError, type PasswordsOptions } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { argon2Watch } from './argon2-watch.js';
import { cheapArgon2 } from './cheap-argon2.js';

const passwords = createPasswords(cheapArgon2);
const decomposed = 'cafe\u0301 au lait pour deux';
const composed = 'caf\u00e9 au lait pour deux';

describe('hash', () => {
  it('gives an argon2id PHC string at the default cost of OWASP (ASVS 11.4.2)', async () => {
    expect(await createPasswords().hash('open sesame')).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
  });

  it('never gives the same twice', async () => {
    expect(await passwords.hash('open sesame')).not.toBe(await passwords.hash('open sesame'));
  });

  it('neither trims nor folds nor cuts (ASVS 6.2.8)', async () => {
    const password = ` Open\0Sesame ${'x'.repeat(240)}!`;
    const hash = await passwords.hash(password);
    expect((await passwords.verify(password, hash)).isMatch).toBe(true);
    for (const other of [
      password.trim(),
      password.toLowerCase(),
      password.slice(0, -1),
      password.split('\0')[0]!,
    ]) {
      expect((await passwords.verify(other, hash)).isMatch).toBe(false);
    }
  });
});

describe('Unicode', () => {
  it('is normalised to NFC, so that every keyboard writes the same password', async () => {
    for (const stored of [composed, decomposed]) {
      const hash = await passwords.hash(stored);
      expect(await passwords.verify(composed, hash)).toEqual({ isMatch: true, needsRehash: false });
      expect(await passwords.verify(decomposed, hash)).toEqual({ isMatch: true, needsRehash: false });
    }
  });

  it('is not folded to compatible characters', async () => {
    expect((await passwords.verify('file', await passwords.hash('\ufb01le'))).isMatch).toBe(false);
  });

  it('is tried as received where another system hashed it that way, and then asks for a rehash', async () => {
    // PBKDF2-SHA-256 of the decomposed spelling, by CPython's hashlib.
    const imported = '$pbkdf2-sha256$i=1000$c29tZXNhbHQ$9e6iK7mdMvKSarwzcrLGWm6G28asXE6PtX0aRSzCDtU';
    expect(await passwords.verify(decomposed, imported)).toEqual({ isMatch: true, needsRehash: true });
    expect(await passwords.verify(composed, imported)).toEqual({ isMatch: false, needsRehash: false });
  });

  it.each([
    ['half a surrogate pair', 'lone half \ud83d of an emoji'],
    ['the other half', 'lone half \udd11 of an emoji'],
    ['no string', 15 as unknown as string],
    ['nothing', undefined as unknown as string],
  ])('is refused everywhere as input_invalid: %s', async (_case, password) => {
    const invalid = { code: 'input_invalid' };
    await expect(passwords.requireAcceptable(password)).rejects.toMatchObject(invalid);
    await expect(passwords.hash(password)).rejects.toMatchObject(invalid);
    await expect(passwords.verify(password, null)).rejects.toMatchObject(invalid);
    expect(argon2Watch.calls).toEqual([]);
  });
});

describe('the length of a password', () => {
  const fifteenEmoji = '🔑🐎🔋🖇🌵🎷🧭🪐🍋🛶🎲🧲🪁🥁🦔';

  it('counts code points, of which there are 15 at least (ASVS 6.2.1)', async () => {
    await expect(passwords.requireAcceptable(fifteenEmoji)).resolves.toBeUndefined();
    const fourteen = [...fifteenEmoji].slice(1).join('');
    await expect(passwords.requireAcceptable(fourteen)).rejects.toMatchObject({ code: 'password_too_short' });
  });

  it('is taken after normalisation', async () => {
    const options = { ...cheapArgon2, minLength: 8 };
    await expect(createPasswords(options).requireAcceptable('e\u0301'.repeat(7))).rejects.toMatchObject({
      code: 'password_too_short',
    });
    // 256 after normalisation, 512 before it.
    await expect(passwords.requireAcceptable(phrase(256, 0xac00).normalize('NFD'))).resolves.toBeUndefined();
  });

  it.each([64, 128, 256])('may be %i (ASVS 6.2.9)', async (length) => {
    await expect(passwords.requireAcceptable(phrase(length))).resolves.toBeUndefined();
  });

  it('is at most maxLength for new passwords only', async () => {
    const strict = createPasswords({ ...cheapArgon2, maxLength: 64 });
    await expect(strict.requireAcceptable(phrase(65))).rejects.toMatchObject({ code: 'password_too_long' });
    expect((await strict.verify(phrase(65), await passwords.hash(phrase(65)))).isMatch).toBe(true);
  });

  it.each([
    ['code points', 'é'.repeat(1025)],
    ['what normalisation would have to read', 'e\u0301'.repeat(2049)],
    ['a megabyte', 'x'.repeat(1_048_576)],
  ])('is bounded everywhere, before anything is computed: %s', async (_case, password) => {
    const tooLong = { code: 'password_too_long' };
    await expect(passwords.requireAcceptable(password)).rejects.toMatchObject(tooLong);
    await expect(passwords.hash(password)).rejects.toMatchObject(tooLong);
    await expect(passwords.verify(password, null)).rejects.toMatchObject(tooLong);
    expect(argon2Watch.calls).toEqual([]);
  });
});

describe('errors', () => {
  it('never hold the password', async () => {
    const error: unknown = await passwords.requireAcceptable('hunter2').catch((reason: unknown) => reason);
    expect(isAuthError(error)).toBe(true);
    expect(`${JSON.stringify(error)}${String(error)}${(error as Error).stack}`).not.toContain('hunter2');
  });
});

describe('createPasswords', () => {
  it.each<[string, PasswordsOptions]>([
    ['minLength', { minLength: 7 }],
    ['minLength', { minLength: 65 }],
    ['minLength', { minLength: Number.NaN }],
    ['maxLength', { maxLength: 63 }],
    ['maxLength', { maxLength: 1025 }],
    ['maxConcurrent', { maxConcurrent: 0 }],
    ['maxConcurrent', { maxConcurrent: 1.5 }],
    ['maxQueued', { maxQueued: -1 }],
    ['maxQueued', { maxQueued: Number.POSITIVE_INFINITY }],
    ['argon2', { argon2: { memoryKiB: 19_455 } }],
    ['argon2', { argon2: { iterations: 1 } }],
    ['argon2', { argon2: { memoryKiB: 262_145 } }],
    ['argon2', { argon2: { memoryKiB: 262_144, iterations: 9 } }],
    ['argon2', { argon2: { parallelism: 17 } }],
    ['argon2.iterations', { argon2: { iterations: 0 } }],
    ['argon2.parallelism', { argon2: { parallelism: 0 } }],
    ['argon2', { argon2: { memoryKiB: 15, parallelism: 2 }, allowWeakArgon2: true }],
    ['blocklist', { blocklist: [''] }],
    ['blocklist', { blocklist: ' ' as unknown as string[] }],
  ])('refuses %s: %o', (option, options) => {
    expect(() => createPasswords(options)).toThrow(new RegExp(`^passwords\\.${option}\\b`));
    expect(() => createPasswords(options)).toThrow(TypeError);
  });

  it.each([
    { memoryKiB: 47_104, iterations: 1 },
    { memoryKiB: 12_288, iterations: 3 },
    { memoryKiB: 7168, iterations: 5 },
    { memoryKiB: 65_536, iterations: 4, parallelism: 4 },
  ])('takes every cost that OWASP calls enough: %o', (argon2) => {
    expect(() => createPasswords({ argon2 })).not.toThrow();
  });
});

/** A text of `length` different-looking characters from the block that begins at `first`. */
function phrase(length: number, first = 0x4e00): string {
  return Array.from({ length }, (_, at) => String.fromCodePoint(first + ((at * 7919) % 5000))).join('');
}
