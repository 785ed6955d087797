import { setTimeout as delay } from 'node:timers/promises';
import type { Deployment } from '../support/nodes/deployment.js';
import type { Counts } from './tally.js';
import { tally } from './tally.js';

/** What a process that stood still says of what was revoked meanwhile. */
export interface Frozen {
  /** Just before. */
  readonly before: Counts;
  /** The first thing that it is asked when it goes on. */
  readonly firstAnswers: Counts;
  /** Tokens that its own loop accepted at any time after the bound. */
  readonly acceptedLate: number;
}

const rounds = 3;

/** Stops one process for three times the bound, and revokes on another one meanwhile. */
export async function revokeWhileFrozen(
  deployment: Deployment,
  { perRound, boundMs }: { readonly perRound: number; readonly boundMs: number },
): Promise<Frozen> {
  const frozen = deployment.nodeAt(2);
  const held = await deployment.register(perRound * rounds);
  const tokens = held.map(({ accessToken }) => accessToken);
  const before = tally(await frozen.check(tokens));
  await frozen.watch(tokens);

  const revokedAtMs: number[] = [];
  const stopped = deployment.processAt(2);
  stopped.freeze();
  try {
    for (let round = 0; round < rounds; round++) {
      const some = held.slice(round * perRound, (round + 1) * perRound);
      const answers = await deployment
        .nodeAt(0)
        .end(some.map(({ user, sessionId }) => ({ kind: 'session', user, sessionId })));
      revokedAtMs.push(...answers.map(({ endedAtMs }) => endedAtMs));
      // The bound itself passes: how old the copy may be is what is put to the proof.
      await delay(boundMs);
    }
    // It is there to be read before the process goes on.
    const asked = frozen.check(tokens);
    stopped.thaw();
    const firstAnswers = tally(await asked);
    const sightings = await frozen.endWatch(boundMs / 2);
    return {
      before,
      firstAnswers,
      acceptedLate: sightings.filter(
        ({ acceptedAtMs }, index) => (acceptedAtMs ?? 0) > (revokedAtMs[index] ?? 0) + boundMs,
      ).length,
    };
  } finally {
    stopped.thaw();
  }
}
