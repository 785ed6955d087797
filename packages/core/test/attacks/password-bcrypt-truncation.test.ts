/**
 * CVE-2025-22228 (Spring Security): bcrypt reads 72 bytes and, in some implementations, stops at NUL. Whoever sends
 * a longer password with the right beginning must not get in.
 */
import { createPasswords } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { argon2Watch } from '../domains/passwords/argon2-watch.js';
import { cheapArgon2 } from '../domains/passwords/cheap-argon2.js';
import { foreignVectors, fullBcryptVectors } from '../domains/passwords/stored-hash-vectors.js';

const passwords = createPasswords(cheapArgon2);
const noMatch = { isMatch: false, needsRehash: false };

describe.each(fullBcryptVectors)('a bcrypt hash of $name', ({ password, hash }) => {
  it('matches all 72 bytes', async () => {
    expect(await passwords.verify(password, hash)).toEqual({ isMatch: true, needsRehash: true });
  });

  it.each(['x', '\0', 'é', password])('does not match them followed by %j', async (tail) => {
    expect(await passwords.verify(password + tail, hash)).toEqual(noMatch);
  });

  it('costs what a user without a password costs when it cannot match', async () => {
    await passwords.verify(`${password}x`, hash);
    const refused = argon2Watch.calls;
    argon2Watch.reset();
    await passwords.verify(`${password}x`, null);
    expect(refused).toHaveLength(1);
    expect(argon2Watch.calls).toEqual(refused);
  });
});

describe('a password with NUL', () => {
  const bcryptVectors = foreignVectors.filter(({ name }) => name.startsWith('bcrypt'));

  it.each(bcryptVectors)(
    'does not match by what stands before it, nor reach bcrypt: $name',
    async (vector) => {
      expect(await passwords.verify(`${vector.password}\0`, vector.hash)).toEqual(noMatch);
      expect(await passwords.verify(`${vector.password}\0whatever`, vector.hash)).toEqual(noMatch);
      expect(argon2Watch.calls).toHaveLength(2);
    },
  );
});
