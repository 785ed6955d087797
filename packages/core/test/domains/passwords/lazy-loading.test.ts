import { createRequire } from 'node:module';
import { createPasswords } from '@tessera-auth/core';
import { expect, it } from 'vitest';
import { cheapArgon2 } from './cheap-argon2.js';
import { foreignVectors } from './stored-hash-vectors.js';

const { cache } = createRequire(import.meta.url);
const isLoaded = (name: string) => Object.keys(cache).some((file) => file.includes(`@node-rs/${name}/`));

it('loads native code with the first hash that needs it, not with the package', async () => {
  const passwords = createPasswords(cheapArgon2);
  expect([isLoaded('argon2'), isLoaded('bcrypt')]).toEqual([false, false]);
  await passwords.verify('open sesame', null);
  expect([isLoaded('argon2'), isLoaded('bcrypt')]).toEqual([true, false]);
  await passwords.verify('open sesame', foreignVectors.find(({ name }) => name.startsWith('bcrypt'))!.hash);
  expect([isLoaded('argon2'), isLoaded('bcrypt')]).toEqual([true, true]);
});
