import type { FinishedSignIn, SignInOutcome } from '../flows/index.js';

/** For tests: the outcome of a sign-in that asks for nothing else. @throws `Error` when it is half-way. */
export function finishedSignIn(outcome: SignInOutcome): FinishedSignIn {
  if (outcome.kind !== 'signed_in') throw new Error(`the sign-in is half-way: ${outcome.kind}`);
  return outcome;
}
