import { createPasswords } from '@tessera-auth/core';
import { assert, asyncProperty, integer, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cheapArgon2 } from './cheap-argon2.js';

const tooCommon = { code: 'password_too_common' };
const byDefault = createPasswords(cheapArgon2);
const shortAllowed = createPasswords({ ...cheapArgon2, minLength: 8 });

describe('with minLength 15', () => {
  it.each([
    ['listed', 'manchesterunited'],
    ['listed, in other case', 'ManchesterUnited'],
    ['listed, full of digits', '123456789987654321'],
    ['a run upwards', 'abcdefghijklmnop'],
    ['a run downwards', 'ponmlkjihgfedcba'],
    ['one character', '\u{1F511}'.repeat(15)],
    ['a short unit repeated', 'passwordpassword'],
    ['a unit that nobody listed repeated', 'x7#x7#x7#x7#x7#'],
    ['a repetition that is cut', 'dragondragondra'],
    ['a listed word repeated', 'sunshinesunshinesunshine'],
    ['two listed words', 'iloveyouprincess'],
    ['a listed word and a run', 'superman123456789'],
    ['a run and a listed word', '0123456butterfly'],
    ['two runs', 'abcdefgh12345678'],
  ])('refuses %s: %s', async (_case, password) => {
    await expect(byDefault.requireAcceptable(password)).rejects.toMatchObject(tooCommon);
  });

  it.each([
    ['a passphrase', 'correct horse battery staple'],
    ['three listed words', 'dragonsunshineprincess'],
    ['a listed word among others', 'my dragon eats pancakes'],
    ['a long unit repeated', 'violet umbrella violet umbrella '],
    ['a run with something else', '123456789012345 bottles'],
    ['no Latin letters', 'пятнадцать кошек на крыше'],
  ])('takes %s: %s', async (_case, password) => {
    await expect(byDefault.requireAcceptable(password)).resolves.toBeUndefined();
  });
});

describe('with minLength 8', () => {
  it.each([
    'password',
    'PassWord',
    'iloveyou',
    'qwertyui',
    '1q2w3e4r',
    'aaaaaaaa',
    'abababab',
    'hello123',
    'abcd4321',
  ])('refuses %s', async (password) => {
    await expect(shortAllowed.requireAcceptable(password)).rejects.toMatchObject(tooCommon);
  });

  it.each(['vK9#mQ2x', 'zebra teapot', 'ab12ab13'])('takes %s', async (password) => {
    await expect(shortAllowed.requireAcceptable(password)).resolves.toBeUndefined();
  });
});

describe("the app's own words (ASVS 6.2.11)", () => {
  const passwords = createPasswords({
    ...cheapArgon2,
    minLength: 8,
    blocklist: ['Cafe\u0301 Zanzibar', 'Zorbling'],
  });

  it.each(['CAF\u00c9 ZANZIBAR', 'zorbling', 'Zorbling12345678', 'zorblingpassword', 'zorblingzorbling'])(
    'are refused like the common ones: %s',
    async (password) => {
      await expect(passwords.requireAcceptable(password)).rejects.toMatchObject(tooCommon);
    },
  );

  it('are nobody else’s', async () => {
    await expect(shortAllowed.requireAcceptable('zorbling')).resolves.toBeUndefined();
  });

  it('may occur within more', async () => {
    await expect(passwords.requireAcceptable('the zorbling sings at dawn')).resolves.toBeUndefined();
  });
});

describe('any password', () => {
  it('is refused when it is a short unit repeated', async () => {
    await assert(
      asyncProperty(
        string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 7 }),
        integer({ min: 15, max: 36 }),
        async (unit, times) => {
          await expect(byDefault.requireAcceptable(unit.repeat(times))).rejects.toMatchObject(tooCommon);
        },
      ),
    );
  });

  it('is judged by length and blocklist only, never by kinds of characters (ASVS 6.2.5)', async () => {
    await assert(
      asyncProperty(integer({ min: 0x4e00, max: 0x9000 }), async (first) => {
        // Distances of 2 make no run.
        const password = Array.from({ length: 15 }, (_, at) => String.fromCodePoint(first + 2 * at)).join('');
        await expect(byDefault.requireAcceptable(password)).resolves.toBeUndefined();
      }),
    );
  });

  it('is judged by requireAcceptable only: old ones keep working', async () => {
    const hash = await byDefault.hash('password');
    expect((await byDefault.verify('password', hash)).isMatch).toBe(true);
  });
});
