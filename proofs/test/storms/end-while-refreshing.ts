import { type Deployment, password } from '../support/nodes/deployment.js';
import type { Answer, Ending, Held } from '../support/nodes/node-app.js';
import { checkEverywhere, presentByTurns, requireHeld, tokenOf } from './clients.js';
import { type Counts, tally, tallyOutcomes } from './tally.js';

/** A user with two sessions, and the end of one or of both while both are refreshed. */
interface Race {
  readonly kind: (typeof kinds)[number];
  /** Asks for the end, and survives where only others end. */
  readonly asking: Held;
  readonly other: Held;
}

/** An answer to a refresh, and who asked. */
interface Refresh {
  readonly by: Held;
  readonly answer: Answer;
}

/** What the races came to. */
export interface Aftermath {
  readonly endings: Counts;
  /** Refreshes of what was being ended meanwhile: `done` came before the end. */
  readonly racing: Counts;
  /** All earlier tokens of what has ended, presented after all nodes have settled; access tokens on every node. */
  readonly deadRefreshTokens: Counts;
  readonly deadAccessTokens: Counts;
  /** The newest refresh tokens, and all access tokens, of what has not ended. */
  readonly liveRefreshTokens: Counts;
  readonly liveAccessTokens: Counts;
}

const kinds = ['session', 'sign-out', 'others', 'everywhere', 'password'] as const;
const racesPerWave = 30;
const pastFloorMs = 13_000;

/** Ends sessions in every way on one node while the others refresh them, in waves; the nodes change places. */
export async function endWhileRefreshing(deployment: Deployment, count: number): Promise<Aftermath> {
  const races = await prepareRaces(deployment, count);
  const endings: Answer[] = [];
  const refreshes: Refresh[] = [];
  for (let at = 0; at < races.length; at += racesPerWave) {
    const wave = races.slice(at, at + racesPerWave);
    const turn = at / racesPerWave;
    const asked = wave.flatMap(({ asking, other }) => [other, asking, other]);
    const [ended, ...refreshed] = await Promise.all([
      deployment.nodeAt(turn).end(wave.map(endingOf)),
      deployment.nodeAt(turn + 1).refresh(asked.map(tokenOf)),
      deployment.nodeAt(turn + 2).refresh(asked.map(tokenOf)),
    ]);
    endings.push(...ended);
    for (const answers of refreshed) {
      refreshes.push(...asked.map((by, index) => ({ by, answer: answers[index] as Answer })));
    }
  }
  await Promise.all(deployment.nodes.map((node) => node.settled()));
  return judge(deployment, races, endings, refreshes);
}

async function prepareRaces(deployment: Deployment, count: number): Promise<readonly Race[]> {
  const asking = await deployment.register(count);
  const others = await deployment.nodeAt(1).signIn(asking.map((_, index) => deployment.claimOf(index)));
  await deployment.passTime(pastFloorMs);
  return asking.map((held, index) => ({
    kind: kinds[index % kinds.length] as Race['kind'],
    asking: held,
    other: requireHeld(others[index]),
  }));
}

function endingOf({ kind, asking: { user, sessionId }, other }: Race): Ending {
  switch (kind) {
    case 'session':
      return { kind, user, sessionId: other.sessionId };
    case 'sign-out':
      return { kind, ...tokenOf(other) };
    case 'others':
      return { kind, user, keepSessionId: sessionId };
    case 'everywhere':
      return { kind, user };
    case 'password':
      return { kind, user, sessionId, currentPassword: password, newPassword: `${password}, changed` };
  }
}

/** Whose earlier tokens are dead afterwards: a password change renews the session that asks. */
function endedBy({ kind, asking, other }: Race): readonly Held[] {
  return kind === 'everywhere' || kind === 'password' ? [asking, other] : [other];
}

async function judge(
  { nodes }: Deployment,
  races: readonly Race[],
  endings: readonly Answer[],
  refreshes: readonly Refresh[],
): Promise<Aftermath> {
  const endedIds = new Set(races.flatMap(endedBy).map(({ sessionId }) => sessionId));
  const hasEnded = ({ sessionId }: Held): boolean => endedIds.has(sessionId);
  const earlier = [
    ...races.flatMap(({ asking, other }) => [asking, other]),
    ...refreshes.flatMap(({ answer }) => answer.held ?? []),
  ];
  const dead = earlier.filter(hasEnded);
  const live = [...earlier.filter((held) => !hasEnded(held)), ...endings.flatMap(({ held }) => held ?? [])];
  const newest = new Map(
    live.toSorted((a, b) => a.generation - b.generation).map((held) => [held.sessionId, held]),
  );

  return {
    endings: tallyOutcomes(endings),
    racing: tallyOutcomes(refreshes.filter(({ by }) => hasEnded(by)).map(({ answer }) => answer)),
    deadRefreshTokens: tallyOutcomes(await presentByTurns(nodes, dead)),
    deadAccessTokens: tally(await checkEverywhere(nodes, dead)),
    liveRefreshTokens: tallyOutcomes(await presentByTurns(nodes, [...newest.values()])),
    liveAccessTokens: tally(await checkEverywhere(nodes, live)),
  };
}
