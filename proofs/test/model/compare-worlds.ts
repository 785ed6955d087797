import assert from 'node:assert/strict';
import type { SessionRecord } from '@tessera-auth/core/stores';
import type { Expectation } from './expectation.js';
import type { Observation } from './observation.js';
import type { Answer, World } from './world.js';

/** One world, what it answered last, and how it looks now. */
export interface Seen {
  readonly world: World;
  readonly answers: readonly Answer[];
  readonly after: Observation;
}

/**
 * (25) Insists that all worlds are alike: answers, tokens, rows, lists, epochs, verdicts. The first is the measure.
 *
 * What may differ, and why:
 * - Sessions past their absolute end: a store may drop them at any time, and Redis does so by itself. So neither their
 *   rows nor how many a cleanup found are compared. (Nor whether a device is new once there was such a session.)
 * - Access tokens whose revocation has lapsed: a store may drop it, and Redis does so by itself. Such a token
 *   is long dead, unless the clock steps back by more than the leeway.
 * - Secrets of sessions whose password was changed, since `createAuth` takes no randomness from a test, and of sessions
 *   with parallel requests, since any of them may win. Their tokens are compared by session and generation.
 * - The order of the answers to parallel requests, and which of them find a theft that all of them show.
 */
export function compareWorlds([first, ...others]: readonly Seen[], expectation: Expectation): void {
  if (first === undefined) return;
  const measure = comparable(first, expectation);
  for (const other of others) {
    assert.deepEqual(
      comparable(other, expectation),
      measure,
      `${other.world.name}: not as in ${first.world.name}`,
    );
  }
}

function comparable({ world, answers, after }: Seen, expectation: Expectation) {
  const { clockMs, latestMs } = expectation.now();
  const byId = new Map(expectation.sessions.map((session) => [session.id, session]));
  const view = (row: SessionRecord | null) =>
    row !== null && byId.get(row.id)?.hasSecretsOfItsOwn === true
      ? { ...row, secretHash: '', nonce: '' }
      : row;
  const isTheft = answers.some(({ kind }) => kind === 'reuse');
  return {
    answers: answers
      .map(({ kind, session, refreshToken }) => ({
        kind: isTheft && kind === 'invalid' ? 'reuse' : kind,
        generation: session?.generation ?? null,
        refreshToken: byId.get(session?.id ?? '')?.hasSecretsOfItsOwn === true ? '' : refreshToken,
      }))
      .toSorted((a, b) => (a.kind < b.kind ? -1 : 1)),
    lists: after.lists.map((list) => list.map(view)),
    userEpochs: after.userEpochs,
    tenantEpochs: after.tenantEpochs,
    rows: expectation.sessions.map(({ ordinal, absoluteEndMs }) =>
      clockMs < absoluteEndMs ? view(after.rows[ordinal] ?? null) : 'past',
    ),
    verdicts: expectation.accessTokens.map(({ refusedUntilMs }, index) =>
      refusedUntilMs !== null && refusedUntilMs <= latestMs ? 'lapsed' : after.verdicts[index],
    ),
    tokens: expectation.sessions.map(({ id, generation }) => world.tokensOf(id, generation).size),
  };
}
