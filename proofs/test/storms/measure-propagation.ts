import { setTimeout as delay } from 'node:timers/promises';
import type { Deployment } from '../support/nodes/deployment.js';
import type { Answer, Ending, Held, Sighting } from '../support/nodes/node-app.js';
import { type Counts, tally } from './tally.js';

/** When revocations made on one node acted on the others. */
export interface Propagation {
  /** From the call that revokes to the first refusal on another node, in milliseconds, rising. */
  readonly delaysMs: readonly number[];
  /** The last acceptance anywhere, counted from the answer to the call that revoked; 0 when none came after one. */
  readonly lastAcceptedMs: number;
  /** Tokens that a node had not refused when it gave up asking. */
  readonly neverRefused: number;
  /** Nodes by the state they are in while they are asked: only `fresh` ones answer from memory. */
  readonly states: Counts;
}

/** A load that falls on every phase of four reads a second, and not a wait for something to happen. */
const pauseMs = 13;

/** Revokes sessions, users and tenants by turns on the first node, while all others ask about their access tokens. */
export async function measurePropagation(
  deployment: Deployment,
  count: number,
  limitMs: number,
): Promise<Propagation> {
  const [revoking, ...watching] = deployment.nodes;
  const held = await deployment.register(count, (index) => `tenant-${index}`);
  const tokens = held.map(({ accessToken }) => accessToken);
  await Promise.all(watching.map((node) => node.watch(tokens)));

  const revoked: Answer[] = [];
  for (const [index, one] of held.entries()) {
    const [answer] = (await revoking?.end([endingOf(one, index)])) ?? [];
    if (answer?.outcome !== 'done') throw new Error(`not revoked: ${answer?.outcome}`);
    revoked.push(answer);
    await delay(pauseMs);
  }

  const statuses = await Promise.all(watching.map((node) => node.status()));
  const sightings = await Promise.all(watching.map((node) => node.endWatch(limitMs)));
  const pairs = sightings.flatMap((seen) =>
    revoked.map((answer, index) => ({ answer, sighting: seen[index] as Sighting })),
  );
  return {
    delaysMs: pairs
      .flatMap(({ answer, sighting: { refusedAtMs } }) =>
        refusedAtMs === null ? [] : refusedAtMs - answer.startedAtMs,
      )
      .toSorted((a, b) => a - b),
    lastAcceptedMs: Math.max(
      0,
      ...pairs.map(({ answer, sighting }) => (sighting.acceptedAtMs ?? 0) - answer.endedAtMs),
    ),
    neverRefused: pairs.filter(({ sighting }) => sighting.refusedAtMs === null).length,
    states: tally(statuses.map(({ state }) => state)),
  };
}

function endingOf({ user, sessionId }: Held, index: number): Ending {
  if (index % 3 === 0) return { kind: 'session', user, sessionId };
  return index % 3 === 1 ? { kind: 'everywhere', user } : { kind: 'tenant', tenantId: user.tenantId };
}

/** The value that `share` of all are not above. */
export function quantile(rising: readonly number[], share: number): number {
  return rising[Math.min(Math.floor(rising.length * share), rising.length - 1)] ?? Number.NaN;
}
