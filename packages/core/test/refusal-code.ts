import { isAuthError } from '@tessera-auth/core';

/** The code that `work` is refused with, or `null` when it is not. Anything but a refusal is a failed test. */
export async function refusalCode(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (isAuthError(error)) return error.code;
    throw error;
  }
}
