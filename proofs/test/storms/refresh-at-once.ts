import type { Deployment } from '../support/nodes/deployment.js';
import { countTokens, presentByTurns, tokenOf } from './clients.js';
import { type Counts, tally, tallyOutcomes } from './tally.js';

/** What a storm of duplicates came to. */
export interface RefreshStorm {
  readonly outcomes: Counts;
  /** Rotations that were told of. */
  readonly rotated: number;
  readonly alarms: number;
  /** Sessions by how many different refresh tokens they were answered with. */
  readonly tokensPerSession: Counts;
  /** What the successors get when they are presented afterwards, and their generations then. */
  readonly afterwards: Counts;
  readonly generations: Counts;
}

const pastFloorMs = 13_000;

/** Every node presents every token so many times at once. */
export async function refreshAtOnce(
  deployment: Deployment,
  { sessions, duplicates }: { readonly sessions: number; readonly duplicates: number },
): Promise<RefreshStorm> {
  const { nodes } = deployment;
  const held = await deployment.register(sessions);
  await deployment.passTime(pastFloorMs);
  const presented = held.flatMap((one) => Array.from({ length: duplicates }, () => tokenOf(one)));
  const answers = (await Promise.all(nodes.map((node) => node.refresh(presented)))).flat();

  const successors = answers.flatMap((answer) => answer.held ?? []);
  const again = await presentByTurns(nodes, successors);
  return {
    outcomes: tallyOutcomes(answers),
    rotated: await deployment.countEvents('session_renewed'),
    alarms: await deployment.countEvents('authn_token_reuse'),
    tokensPerSession: countTokens(successors),
    afterwards: tallyOutcomes(again),
    generations: tally(again.map((answer) => `${answer.held?.generation}`)),
  };
}
