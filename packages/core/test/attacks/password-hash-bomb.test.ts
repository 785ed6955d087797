/**
 * ASVS 15.2.2: whoever can write one stored hash (an import file, an injection elsewhere) must not be able to hang
 * the process or take its memory with the cost parameters that stand in it.
 */
import { createPasswords, isSupportedHash } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { argon2Watch } from '../domains/passwords/argon2-watch.js';
import { cheapArgon2 } from '../domains/passwords/cheap-argon2.js';

const digest = 'eEQcRndNnz48ztxNg+itrF90YoTSOEtN';
const salt = 'c29tZXNhbHRzb21lc2FsdA';
const bcryptTail = 'abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS';

describe('a stored hash beyond the bounds', () => {
  it.each([
    ['4 TiB of argon2 memory', `$argon2id$v=19$m=4294967295,t=1,p=1$${salt}$${digest}`],
    ['one KiB too much of argon2 memory', `$argon2id$v=19$m=262145,t=1,p=1$${salt}$${digest}`],
    ['endless argon2 iterations', `$argon2id$v=19$m=64,t=4294967295,p=1$${salt}$${digest}`],
    ['one argon2 iteration too many', `$argon2id$v=19$m=262144,t=9,p=1$${salt}$${digest}`],
    ['a thread for every argon2 lane', `$argon2id$v=19$m=65536,t=1,p=99$${salt}$${digest}`],
    ['bcrypt for days', `$2b$31$${bcryptTail}`],
    ['one bcrypt cost too high', `$2b$16$${bcryptTail}`],
    ['8 TiB of scrypt memory', `$scrypt$ln=33,r=8,p=1$${salt}$${digest}`],
    ['one scrypt doubling too many', `$scrypt$ln=19,r=8,p=1$${salt}$${digest}`],
    ['scrypt lanes without end', `$scrypt$ln=18,r=8,p=5$${salt}$${digest}`],
    ['a PBKDF2 iteration too many', `$pbkdf2-sha256$i=4000001$${salt}$${digest}`],
    ['PBKDF2 for ever', `pbkdf2_sha256$999999999999$seasalt$ZLhgtw1cf4JeDcRzMG8P9imBkN763p3pVIgJLHmM+FQ=`],
    ['PBKDF2 for every part of a long digest', `$pbkdf2-sha1$i=3000000$${salt}$${digest}`],
  ])('is neither supported nor computed: %s', async (_case, hash) => {
    expect(isSupportedHash(hash)).toBe(false);
    expect(await createPasswords(cheapArgon2).verify('guess', hash)).toEqual({
      isMatch: false,
      needsRehash: false,
    });
    expect(argon2Watch.calls).toMatchObject([cheapArgon2.argon2]);
  });

  it.each([
    ['argon2 memory', `$argon2id$v=19$m=262144,t=8,p=1$${salt}$${digest}`],
    ['bcrypt cost', `$2b$15$${bcryptTail}`],
    ['scrypt memory', `$scrypt$ln=18,r=8,p=4$${salt}$${digest}`],
    ['PBKDF2 iterations', `$pbkdf2-sha256$i=4000000$${salt}$${digest}`],
  ])('is supported right at them: %s', (_case, hash) => {
    expect(isSupportedHash(hash)).toBe(true);
  });
});
