import type { PendingSignIn } from '@tessera-auth/core';
import { finishedSignIn } from '@tessera-auth/core/testing';
import {
  type AuthBench,
  type AuthBenchOptions,
  createAuthBench,
  email,
  origin,
  userOf,
} from '../auth-bench.js';
import { createAuthenticator, stepMs } from '../totp.js';

/** An app with one user who has a second factor and is signed in nowhere else. */
export async function createMfaBench(options: AuthBenchOptions = {}) {
  const bench = createAuthBench(options);
  const registered = await bench.register();
  const user = userOf(registered);
  const { secret } = await bench.auth.enrollSecondFactor(user);
  const authenticator = createAuthenticator(secret, bench.clock);
  const enabled = await bench.auth.confirmSecondFactor({
    ...{ user, sessionId: registered.session.id },
    code: await authenticator.code(),
  });
  // The code that confirmed it is spent, and another minute is over.
  bench.clock.advance(2 * stepMs);
  return {
    ...bench,
    user,
    registered,
    authenticator,
    /** The session that set it up. */
    enabled,
    backupCodes: enabled.backupCodes,
    beginHalf: (secretGiven?: string) => beginHalf(bench, secretGiven),
    /** The second half of a sign-in, by default with the code of now. */
    async verify(mfaToken: string, change: object = {}) {
      const proof = { method: 'totp', code: await authenticator.code() } as const;
      return bench.auth.verifySecondFactor({ tenantId: '', mfaToken, origin, ...proof, ...change });
    },
  };
}

export type MfaBench = Awaited<ReturnType<typeof createMfaBench>>;

/** The first half of a sign-in. */
export async function beginHalf(bench: AuthBench, secret?: string, address = email): Promise<PendingSignIn> {
  const outcome = await bench.beginSignIn(secret, address);
  if (outcome.kind === 'signed_in') throw new Error('the sign-in asked for nothing else');
  return outcome;
}

export { finishedSignIn };
