import { isAuthError, storeUnavailable } from '../../errors.js';
import type { RevocationSubject } from '../../stores/revocation.js';
import type { RevocationStore } from '../../stores/revocation-store.js';
import type { Instant, Stopwatch } from './stopwatch.js';

/** What {@link createDirectChecks} is given. */
export interface DirectChecksOptions {
  readonly store: RevocationStore;
  /** For how long after it was asked for an answer may be given again. */
  readonly boundMs: number;
  readonly stopwatch: Stopwatch;
}

/**
 * Asks the store while the copy in memory is too old, without making its trouble worse: one question a token and bound, a
 * limited number at once, and a single one at a time while the store does not answer.
 */
export interface DirectChecks {
  /** Whether the last question was not answered. */
  readonly isDown: boolean;
  /** @throws `AuthError` `store_unavailable`, at once where others are waiting for a store that does not answer. */
  isRevoked(subject: RevocationSubject): Promise<boolean>;
  /** Something else has heard from the store. */
  noteAnswer(): void;
  /** Gives no answer again that was asked for before now. */
  forgetAnswers(): void;
}

interface Answer {
  readonly askedAt: Instant;
  readonly isRevoked: Promise<boolean>;
}

const maxAnswers = 10_000;
const maxInFlight = 64;
const maxWaiting = 1_000;

/** Direct checks that protect the store. */
export function createDirectChecks({ store, boundMs, stopwatch }: DirectChecksOptions): DirectChecks {
  const answers = new Map<string, Answer>();
  const waiting: (() => void)[] = [];
  let inFlight = 0;
  let isDown = false;

  const takeTurn = async (): Promise<void> => {
    if (inFlight < (isDown ? 1 : maxInFlight)) {
      inFlight++;
      return;
    }
    if (isDown || waiting.length >= maxWaiting)
      throw storeUnavailable(new Error('too many checks are waiting'));
    // Whoever is done hands its turn on.
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
    if (!isDown) return;
    passTurn();
    throw storeUnavailable(new Error('the store does not answer'));
  };
  const passTurn = (): void => {
    const next = waiting.shift();
    if (next === undefined) inFlight--;
    else next();
  };

  const ask = async (subject: RevocationSubject): Promise<boolean> => {
    await takeTurn();
    try {
      const isRevoked = await store.isRevoked(subject);
      isDown = false;
      return isRevoked;
    } catch (error) {
      if (isAuthError(error) && error.code === 'store_unavailable') isDown = true;
      throw error;
    } finally {
      passTurn();
    }
  };

  return {
    get isDown() {
      return isDown;
    },

    isRevoked(subject) {
      const known = answers.get(subject.jti);
      if (known !== undefined && stopwatch.since(known.askedAt) < boundMs) return known.isRevoked;
      answers.delete(subject.jti);
      const answer: Answer = { askedAt: stopwatch.now(), isRevoked: ask(subject) };
      answers.set(subject.jti, answer);
      if (answers.size > maxAnswers) answers.delete(answers.keys().next().value as string);
      // An outage is not an answer.
      answer.isRevoked.catch(() => {
        if (answers.get(subject.jti) === answer) answers.delete(subject.jti);
      });
      return answer.isRevoked;
    },

    noteAnswer() {
      isDown = false;
    },

    forgetAnswers: () => answers.clear(),
  };
}
