import { noteDecision } from './decision-watch.js';
import type { Guard, Verdict } from './guard.js';
import type { HttpRequest } from './request.js';

/**
 * Asks a guard on behalf of a binding: either `enforce` is called with its verdict or `fail` with its error, and within
 * this call when the guard answers without a promise.
 *
 * @param fail the host's error handler, for a guard that broke. It is always given an `Error`: frameworks take
 * `next(undefined)` for permission to go on, so a guard that throws nothing in particular would let everybody in.
 */
export function askGuard(
  guard: Guard,
  request: HttpRequest,
  enforce: (verdict: Verdict) => void,
  fail: (error: Error) => void,
): void {
  const answer = (verdict: Verdict): void => {
    // What a guard sends is decided, also where it is a redirect.
    if (!verdict.isAllowed) noteDecision(request);
    enforce(verdict);
  };
  let verdict: Verdict | Promise<Verdict>;
  try {
    verdict = guard(request);
  } catch (reason) {
    fail(toError(reason));
    return;
  }
  if (verdict instanceof Promise) {
    verdict.then(answer).catch((reason: unknown) => fail(toError(reason)));
  } else {
    answer(verdict);
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('A guard failed.', { cause: reason });
}
