import { isAuthError } from '../errors.js';
import type { Identity } from './guard.js';
import type { HttpRequest } from './request.js';

/** Whether anybody has asked for a decision about a request. */
export interface DecisionWatch {
  isDecided: boolean;
}

/** Only the requests that somebody wants to know it of: all others pay for a look into it. */
const watches = new WeakMap<HttpRequest, DecisionWatch>();

/** Watches a request from now on; the same watch each time it is asked for. */
export function watchDecisions(request: HttpRequest): DecisionWatch {
  const known = watches.get(request);
  if (known !== undefined) return known;
  const watch: DecisionWatch = { isDecided: false };
  watches.set(request, watch);
  return watch;
}

/** Notes that it was decided about the request. */
export function noteDecision(request: HttpRequest): void {
  const watch = watches.get(request);
  if (watch !== undefined) watch.isDecided = true;
}

/** The same identity; on a watched request one that notes when it is asked what the user may. */
export function followIdentity(request: HttpRequest, identity: Identity): Identity {
  const watch = watches.get(request);
  return watch === undefined ? identity : follow(watch, identity);
}

function follow(watch: DecisionWatch, { principal, can, decide, require, ...facts }: Identity): Identity {
  const noting =
    <Asked extends readonly unknown[], Answer>(ask: (...asked: Asked) => Answer) =>
    (...asked: Asked): Answer => {
      try {
        const answer = ask(...asked);
        watch.isDecided = true;
        return answer;
      } catch (error) {
        // A refusal is a decision, whatever the handler makes of it.
        if (isAuthError(error)) watch.isDecided = true;
        throw error;
      }
    };
  const followed = { ...facts, can: noting(can), decide: noting(decide), require: noting(require) };
  // Not enumerable: writing an identity to a log or into an answer is no decision.
  return Object.defineProperty(followed, 'principal', {
    enumerable: false,
    get: noting(() => principal),
  }) as unknown as Identity;
}
