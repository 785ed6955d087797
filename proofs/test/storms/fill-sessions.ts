import type { Deployment } from '../support/nodes/deployment.js';
import type { Held } from '../support/nodes/node-app.js';
import { checkEverywhere, presentByTurns, requireHeld } from './clients.js';
import { type Counts, tally, tallyOutcomes } from './tally.js';

/** What became of more sign-ins than a user may have sessions. */
export interface FilledSessions {
  readonly started: number;
  /** The longest list that anybody saw at any time, and how often it was looked at. */
  readonly longest: number;
  readonly looks: number;
  /** Users by how many sessions they have in the end. */
  readonly listed: Counts;
  readonly listedRefreshTokens: Counts;
  readonly listedAccessTokens: Counts;
  readonly evictedRefreshTokens: Counts;
  readonly evictedAccessTokens: Counts;
}

/** Every user signs in on every node `signIns` times at once, while somebody looks at the lists. */
export async function fillSessions(
  deployment: Deployment,
  { users: userCount, signIns }: { readonly users: number; readonly signIns: number },
): Promise<FilledSessions> {
  const { nodes, nodeAt, claimOf } = deployment;
  const registered = await deployment.register(userCount);
  const users = registered.map(({ user }) => user);
  const claims = users.flatMap((_, index) => Array.from({ length: signIns }, () => claimOf(index)));

  let isOver = false;
  let longest = 0;
  let looks = 0;
  const look = async (): Promise<readonly (readonly string[])[]> => {
    const lists = await nodeAt(looks).listSessions(users);
    looks += 1;
    longest = Math.max(longest, ...lists.map(({ length }) => length));
    return lists;
  };
  const watch = async (): Promise<void> => {
    while (!isOver) await look();
  };
  const watching = watch();
  const answers = (await Promise.all(nodes.map((node) => node.signIn(claims)))).flat();
  isOver = true;
  await watching;
  const lists = await look();
  await nodeAt(0).settled();

  const held = [...registered, ...answers.map(requireHeld)];
  const listedIds = new Set(lists.flat());
  const listed = held.filter(({ sessionId }) => listedIds.has(sessionId));
  const evicted = held.filter(({ sessionId }) => !listedIds.has(sessionId));
  const present = async (some: readonly Held[]): Promise<Counts> =>
    tallyOutcomes(await presentByTurns(nodes, some));
  return {
    started: held.length,
    ...{ longest, looks },
    listed: tally(lists.map(({ length }) => `${length}`)),
    listedRefreshTokens: await present(listed),
    listedAccessTokens: tally(await checkEverywhere(nodes, listed)),
    evictedRefreshTokens: await present(evicted),
    evictedAccessTokens: tally(await checkEverywhere(nodes, evicted)),
  };
}
