import assert from 'node:assert/strict';
import { afterAll, describe, it } from 'vitest';
import type { Invariant } from './invariants.js';
import { playTrace } from './play-trace.js';
import { createStages } from './stages.js';
import type { Trace } from './trace.js';

const stages = createStages();
afterAll(() => stages.end());

/** A password change revokes every older access token of the user, those of the session that asked included. */
const changedAndAlone: Trace = {
  policy: { maxSessions: 100, onReuse: 'session', absoluteLifetime: '90d', idleLifetime: '30d' },
  acts: [
    { kind: 'sign-in', user: 0, device: 0 },
    { kind: 'change-password', of: 0 },
    { kind: 'end-others', of: 0 },
  ],
};

const nothingRevokedIsAccepted: Invariant = {
  number: 16,
  text: 'revocations last as long as tokens',
  check({ after, expectation }) {
    for (const [index, { refusedUntilMs }] of expectation.accessTokens.entries()) {
      if (refusedUntilMs !== null) assert.notEqual(after.verdicts[index], 'accepted');
    }
  },
};

describe('known flaws: each of these says what should hold and does not, and fails once it does', () => {
  // The entry of the user keeps one epoch with one exception. "End the others" puts its own in the place of the password
  // change's, and excepts the kept session whatever the epoch of the token. `isRevived` leaves such tokens out of traces.
  it.fails('(16) a token that a password change revoked stays revoked when its session ends the others', () =>
    stages.on(['memory', 'postgres', 'redis'], (on, name) =>
      playTrace(changedAndAlone, {
        ...{ clock: stages.clock, stages: on, name },
        checks: [nothingRevokedIsAccepted],
      }),
    ));
});
