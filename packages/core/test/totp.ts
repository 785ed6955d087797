import type { TestClock } from '@tessera-auth/core/testing';
import { generate } from 'otplib/functional';

/** An authenticator app on the phone of a test, which goes by the clock of the test. */
export function createAuthenticator(secret: string, clock: TestClock) {
  const codeAt = (ms: number): Promise<string> => generate({ secret, epoch: Math.floor(ms / 1000) });
  return {
    /** What it shows now. */
    code: () => codeAt(clock.now()),
    /** What it shows, showed or will show so many steps from now. */
    codeIn: (steps: number) => codeAt(clock.now() + steps * stepMs),
  };
}

/** How long a code is shown. */
export const stepMs = 30_000;
