import type { Deployment } from '../support/nodes/deployment.js';
import type { Answer, Held } from '../support/nodes/node-app.js';
import { countTokens, presentByTurns, requireHeld, tokenOf } from './clients.js';
import { type Counts, tally, tallyOutcomes } from './tally.js';

/** What became of sessions whose refreshes were under way on a process that was killed. */
export interface KilledProcess {
  /** Refreshes that the killed process never answered. */
  readonly unanswered: number;
  /** What the processes that were not killed answered meanwhile. */
  readonly others: Counts;
  /** The clients of the killed process ask again, with the same token, on the process that took its place. */
  readonly retries: Counts;
  /** Sessions by how many different successors were answered, and by their generation. */
  readonly tokensPerSession: Counts;
  readonly generations: Counts;
  readonly alarms: number;
}

const pastFloorMs = 13_000;
const perMessage = 10;

/** Every session is refreshed on a process of its own and on one that kills itself when half of it is done there. */
export async function killProcess(deployment: Deployment, count: number): Promise<KilledProcess> {
  const { nodes, nodeAt } = deployment;
  const held = await deployment.register(count);
  await deployment.passTime(pastFloorMs);

  // By its own count: a signal from here may come after the last answer.
  await nodeAt(2).dieAtRefresh(Math.ceil(count / 2));
  const doomed: (readonly Answer[] | null)[] = [];
  const messages = chunk(held);
  const asked = messages.map(async (some, index) => {
    doomed[index] = await nodeAt(2)
      .refresh(some.map(tokenOf))
      .catch(() => null);
  });
  const others = [0, 1].map((turn) =>
    nodeAt(turn).refresh(held.filter((_, index) => index % 2 === turn).map(tokenOf)),
  );
  await Promise.all(asked);
  const answered = (await Promise.all(others)).flat();
  await deployment.restart(2);

  const lost = messages.flatMap((some, index) => (doomed[index] === null ? some : []));
  const retried = await nodeAt(2).refresh(lost.map(tokenOf));
  const successors = [...doomed.flatMap((answers) => answers ?? []), ...answered, ...retried].map(
    requireHeld,
  );
  const again = await presentByTurns(nodes, successors);
  return {
    unanswered: lost.length,
    others: tallyOutcomes(answered),
    retries: tallyOutcomes(retried),
    tokensPerSession: countTokens(successors),
    generations: tally(again.map((answer) => `${answer.held?.generation}`)),
    alarms: await deployment.countEvents('authn_token_reuse'),
  };
}

function chunk(held: readonly Held[]): readonly (readonly Held[])[] {
  const chunks: Held[][] = [];
  for (let at = 0; at < held.length; at += perMessage) chunks.push(held.slice(at, at + perMessage));
  return chunks;
}
