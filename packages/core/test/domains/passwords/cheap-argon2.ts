import type { PasswordsOptions } from '@tessera-auth/core';

/** Options for tests that hash often: as cheap as argon2 allows. */
export const cheapArgon2 = {
  argon2: { memoryKiB: 64, iterations: 2, parallelism: 1 },
  allowWeakArgon2: true,
} as const satisfies PasswordsOptions;
