import { createPasswords, isSupportedHash } from '@tessera-auth/core';
import { assert, asyncProperty, constantFrom, integer, oneof, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cheapArgon2 } from './cheap-argon2.js';
import { argon2Vectors, foreignVectors } from './stored-hash-vectors.js';

const vectors = [...argon2Vectors, ...foreignVectors];
const passwords = createPasswords(cheapArgon2);
const noMatch = { isMatch: false, needsRehash: false };

describe.each(vectors)('verify against $name', ({ password, hash }) => {
  it('takes the password it was made of', async () => {
    expect(isSupportedHash(hash)).toBe(true);
    expect(await passwords.verify(password, hash)).toMatchObject({ isMatch: true });
  });

  it('takes no other', async () => {
    expect(await passwords.verify(`${password} `, hash)).toEqual(noMatch);
    expect(await passwords.verify([...password].slice(0, -1).join(''), hash)).toEqual(noMatch);
    expect(await passwords.verify('', hash)).toEqual(noMatch);
  });
});

describe('needsRehash', () => {
  it.each(foreignVectors)('is set for $name', async ({ password, hash }) => {
    expect(await passwords.verify(password, hash)).toEqual({ isMatch: true, needsRehash: true });
  });

  const stored = { memoryKiB: 128, iterations: 3, parallelism: 2 };
  it.each([
    ['equal cost', stored, false],
    ['less memory wanted', { ...stored, memoryKiB: 64 }, false],
    ['fewer iterations wanted', { ...stored, iterations: 2 }, false],
    ['fewer lanes wanted', { ...stored, parallelism: 1 }, false],
    ['more memory wanted', { ...stored, memoryKiB: 129 }, true],
    ['more iterations wanted', { ...stored, iterations: 4 }, true],
    ['more lanes wanted', { ...stored, parallelism: 3 }, true],
    ['more memory but fewer iterations wanted', { memoryKiB: 256, iterations: 1, parallelism: 1 }, true],
  ])('with %s: %o needs %o', async (_case, argon2, needsRehash) => {
    const hash = await createPasswords({ argon2: stored, allowWeakArgon2: true }).hash('open sesame');
    const wanting = createPasswords({ argon2, allowWeakArgon2: true });
    expect(await wanting.verify('open sesame', hash)).toEqual({ isMatch: true, needsRehash });
    expect(await wanting.verify('open barley', hash)).toEqual(noMatch);
  });

  it.each([
    ['another variant', 'argon2i'],
    ['another variant', 'argon2d'],
    ['an older version', 'argon2id version 16'],
    ['a shorter salt', 'argon2id with a salt of 8 bytes'],
    ['a shorter digest', 'argon2id with a digest of 24 bytes'],
  ])('is set for %s: %s', async (_case, name) => {
    const vector = argon2Vectors.find((candidate) => candidate.name === name)!;
    expect(await passwords.verify(vector.password, vector.hash)).toEqual({
      isMatch: true,
      needsRehash: true,
    });
  });

  it('is not set for a hash of the reference implementation at the current cost', async () => {
    const { password, hash } = argon2Vectors[0]!;
    expect(await createPasswords().verify(password, hash)).toEqual({ isMatch: true, needsRehash: false });
  });
});

describe('a hash that is not what it should be', () => {
  it.each(vectors)('matches nothing once altered anywhere: $name', async ({ password, hash }) => {
    await assert(
      asyncProperty(
        integer({ min: 0, max: hash.length - 1 }),
        constantFrom('', '$', '=', 'A', '0', '9', 'z', '/', '\0', 'é', ',', ' ', '\n'),
        async (at, replacement) => {
          const altered = hash.slice(0, at) + replacement + hash.slice(at + 1);
          // Without its leading zero nothing changes for a person, yet the form has one spelling only.
          const isOther = altered !== hash && !isSameHash(hash, altered);
          expect((await passwords.verify(password, altered)).isMatch).toBe(!isOther);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('matches nothing and throws nothing, whatever it is', async () => {
    const piece = constantFrom(
      '$argon2id',
      '$v=19',
      '$m=64,t=2,p=1',
      '$2b',
      '$04',
      '$scrypt',
      '$ln=4,r=1,p=3',
      'pbkdf2_sha256',
      '$1000',
      '$c2FsdHNhbHRzYWx0',
      '$',
      '=',
    );
    const text = oneof(
      string({ unit: 'binary', maxLength: 200 }),
      tuple(piece, piece, piece, piece, piece).map((pieces) => pieces.join('')),
    );
    await assert(
      asyncProperty(text, async (hash) => {
        expect(isSupportedHash(hash)).toBe(false);
        expect(await passwords.verify('open sesame', hash)).toEqual(noMatch);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a line break at its end', `${foreignVectors[0]!.hash}\n`],
    ['white space before it', ` ${foreignVectors[0]!.hash}`],
    ['no digest', '$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$'],
    ['a digest that chance could match (PBKDF2)', '$pbkdf2-sha256$i=1$c29tZXNhbHQ$AA'],
    ['a digest that chance could match (scrypt)', '$scrypt$ln=4,r=1,p=3$8PHy8/T19vf4+fr7/P3+/w$AA'],
    [
      'a digest that chance could match (argon2)',
      '$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAA',
    ],
    [
      'padding',
      '$argon2i$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA==$NVglxFhKt4VGKpdSH+x+d14rljj+jUCcqChCZ4aOaXY=',
    ],
    [
      'an unknown version',
      '$argon2id$v=18$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$eEQcRndNnz48ztxNg+itrF90YoTSOEtN',
    ],
    [
      'a scrypt cost that scrypt does not define',
      '$scrypt$ln=16,r=1,p=1$8PHy8/T19vf4+fr7/P3+/w$zjkVaPE8NktBb9AXCAttJ0JQkMV5P4Cvh9wPp7hQLKg',
    ],
    ['the broken bcrypt of before 2011', foreignVectors[0]!.hash.replace('$2a$', '$2x$')],
    ['100,000 characters', `$argon2id$v=19$m=64,t=2,p=1$${'A'.repeat(100_000)}$AAAA`],
  ])('is not supported with %s', async (_case, hash) => {
    expect(isSupportedHash(hash)).toBe(false);
    expect(await passwords.verify('open sesame', hash)).toEqual(noMatch);
  });
});

// passlib's alphabet writes `.` for `+`, and PHC's `i=` is optional: these are the only second spellings.
function isSameHash(hash: string, altered: string): boolean {
  const spell = (text: string) => text.replaceAll('.', '+').replace('$i=', '$');
  return hash.includes('pbkdf2') && spell(hash) === spell(altered);
}
