import type { Deployment } from '../support/nodes/deployment.js';
import type { Answer, Held } from '../support/nodes/node-app.js';
import { checkEverywhere, presentByTurns, requireHeld, tokenOf } from './clients.js';
import { type Counts, tally, tallyOutcomes } from './tally.js';

/** What became of pairs of a victim and a thief, and of honest users beside them. */
export interface Theft {
  /** Whoever came second, presenting the retired token on two nodes at once. */
  readonly second: Counts;
  /** Whoever came first, with the newest token at the same moment: before the alarm or after it. */
  readonly first: Counts;
  readonly alarms: number;
  /** Every token that either of them ever held, afterwards. */
  readonly refreshTokensAfterwards: Counts;
  readonly accessTokensAfterwards: Counts;
  /** Users with five tabs and one jar meanwhile. */
  readonly tabs: Counts;
  readonly tokensPerJarAndRound: Counts;
}

/** A cookie jar that several tabs of one honest user share. */
interface Jar {
  readonly held: Held;
  /** What it held before; a slow tab may still send it. */
  readonly before: Held | null;
}

interface TabRound {
  readonly jars: readonly Jar[];
  readonly answers: readonly Answer[];
  readonly tokensPerJar: readonly string[];
}

const pastFloorMs = 13_000;
const withinGraceMs = 5_000;
const tabCount = 5;

/**
 * Both have the same token. One of them refreshes; longer than the grace after that the other one presents what is retired by
 * now, while the first goes on. To the server they look the same, so either may be the thief.
 */
export async function stealTokens(
  deployment: Deployment,
  { pairs, tabUsers }: { readonly pairs: number; readonly tabUsers: number },
): Promise<Theft> {
  const { nodes, nodeAt } = deployment;
  const registered = await deployment.register(pairs + tabUsers);
  const stolen = registered.slice(0, pairs);
  const jars = registered.slice(pairs).map((held): Jar => ({ held, before: null }));
  await deployment.passTime(pastFloorMs);

  const [firstHeld, opened] = await Promise.all([
    nodeAt(0)
      .refresh(stolen.map(tokenOf))
      .then((answers) => answers.map(requireHeld)),
    refreshInTabs(deployment, jars),
  ]);
  await deployment.passTime(withinGraceMs);
  const slow = await refreshInTabs(deployment, opened.jars);
  await deployment.passTime(pastFloorMs);

  const [first, later, ...second] = await Promise.all([
    nodeAt(0).refresh(firstHeld.map(tokenOf)),
    refreshInTabs(deployment, slow.jars),
    ...[1, 2].map((turn) => nodeAt(turn).refresh(stolen.map(tokenOf))),
  ]);
  await nodeAt(0).settled();

  const held = [...stolen, ...firstHeld, ...first.flatMap((answer) => answer.held ?? [])];
  const rounds = [opened, slow, later];
  return {
    second: tallyOutcomes(second.flat()),
    first: tallyOutcomes(first),
    alarms: await deployment.countEvents('authn_token_reuse'),
    refreshTokensAfterwards: tallyOutcomes(await presentByTurns(nodes, held)),
    accessTokensAfterwards: tally(await checkEverywhere(nodes, held)),
    tabs: tallyOutcomes(rounds.flatMap(({ answers }) => answers)),
    tokensPerJarAndRound: tally(rounds.flatMap(({ tokensPerJar }) => tokensPerJar)),
  };
}

/** Every tab sends what the jar holds, or the slow half of them what it held before; each answer goes into the jar. */
async function refreshInTabs({ nodes }: Deployment, jars: readonly Jar[]): Promise<TabRound> {
  const lists = nodes.map((_, at) =>
    jars.flatMap(({ held, before }) =>
      Array.from({ length: tabCount }, (_, tab) => (tab % 2 === 0 ? held : (before ?? held))).filter(
        (_, tab) => tab % nodes.length === at,
      ),
    ),
  );
  const answers = (
    await Promise.all(nodes.map((node, at) => node.refresh((lists[at] ?? []).map(tokenOf))))
  ).flat();
  const answered = (sessionId: string): readonly Held[] =>
    answers.flatMap(({ held }) => (held?.sessionId === sessionId ? held : []));
  return {
    answers,
    jars: jars.map(({ held }) => ({ held: answered(held.sessionId).at(-1) ?? held, before: held })),
    tokensPerJar: jars.map(
      ({ held }) => `${new Set(answered(held.sessionId).map(({ refreshToken }) => refreshToken)).size}`,
    ),
  };
}
