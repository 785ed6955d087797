/**
 * ASVS 6.3.8, OWASP "Authentication: incorrectly implemented error messages": a sign-in for an address that has no account
 * must not be told apart from a wrong password by what the server computes.
 */
import { createPasswords } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { argon2Watch } from '../domains/passwords/argon2-watch.js';

const password = 'what the attacker guesses';
const argon2 = { memoryKiB: 12_288, iterations: 3, parallelism: 1 };
const oneComputation = { password, ...argon2, digestBytes: 32 };

describe('one guess costs one computation with the current parameters', () => {
  const passwords = createPasswords({ argon2 });

  it('for a user with another password', async () => {
    const hash = await passwords.hash('what the user chose');
    argon2Watch.reset();
    expect((await passwords.verify(password, hash)).isMatch).toBe(false);
    expect(argon2Watch.calls).toEqual([oneComputation]);
  });

  it('for the right password', async () => {
    const hash = await passwords.hash(password);
    argon2Watch.reset();
    expect((await passwords.verify(password, hash)).isMatch).toBe(true);
    expect(argon2Watch.calls).toEqual([oneComputation]);
  });

  it.each([
    ['a user who does not exist', null],
    ['a hash that was cut', '$argon2id$v=19$m=12288,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$'],
    ['a hash of unknown form', '$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D'],
    ['an empty hash', ''],
    ['a hash that is no text', 7 as unknown as string],
  ])('for %s', async (_case, hash) => {
    expect(await passwords.verify(password, hash)).toEqual({ isMatch: false, needsRehash: false });
    expect(argon2Watch.calls).toEqual([oneComputation]);
  });

  it('also where the password has two spellings: two for everyone', async () => {
    const twoSpellings = 'cafe\u0301 noir';
    const hash = await passwords.hash('what the user chose');
    argon2Watch.reset();
    await passwords.verify(twoSpellings, hash);
    const known = argon2Watch.calls;
    argon2Watch.reset();
    await passwords.verify(twoSpellings, null);
    expect(known).toHaveLength(2);
    expect(argon2Watch.calls).toEqual(known);
  });
});
