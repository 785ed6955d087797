import { setTimeout as delay } from 'node:timers/promises';
import type { Auth } from '@tessera-auth/core';
import type { Sighting } from '../nodes/node-app.js';

/** Asks about access tokens again and again. */
export interface Watch {
  /** Goes on until all are refused, or the limit is over. */
  end(limitMs: number): Promise<readonly Sighting[]>;
}

/** Begins at once, and calls as a guard does. What is asked of the store is awaited aside and counts as of the call. */
export function createWatch({ accessTokens, revocations }: Auth, tokens: readonly string[]): Watch {
  const watched = tokens.map((token) => {
    const { subject, ...claims } = accessTokens.verify(token);
    return {
      subject: { ...claims, userId: subject },
      acceptedAtMs: null as number | null,
      refusedAtMs: null as number | null,
      isAsking: false,
    };
  });
  type Watched = (typeof watched)[number];
  let untilMs = Number.POSITIVE_INFINITY;

  const note = (one: Watched, isRevoked: boolean, calledAtMs: number): void => {
    if (isRevoked) one.refusedAtMs ??= calledAtMs;
    else one.acceptedAtMs = Math.max(one.acceptedAtMs ?? 0, calledAtMs);
  };
  const ask = (one: Watched): void => {
    const calledAtMs = Date.now();
    const isRevoked = revocations.isRevoked(one.subject);
    if (typeof isRevoked === 'boolean') {
      note(one, isRevoked, calledAtMs);
      return;
    }
    one.isAsking = true;
    isRevoked
      .then((told) => note(one, told, calledAtMs))
      // No answer is no acceptance.
      .catch(() => {})
      .finally(() => {
        one.isAsking = false;
      });
  };
  const run = async (): Promise<void> => {
    for (;;) {
      const waiting = watched.filter(({ refusedAtMs }) => refusedAtMs === null);
      if (waiting.length === 0 || Date.now() > untilMs) return;
      for (const one of waiting) if (!one.isAsking) ask(one);
      // Not in a tight loop: it would take the processor from the servers that are measured.
      await delay(1);
    }
  };

  const ended = run();
  return {
    async end(limitMs) {
      untilMs = Date.now() + limitMs;
      await ended;
      return watched.map(({ acceptedAtMs, refusedAtMs }) => ({ acceptedAtMs, refusedAtMs }));
    },
  };
}
