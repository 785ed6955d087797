import { createSeededRandom } from '../model/seeded-random.js';
import type { Deployment } from '../support/nodes/deployment.js';
import type { Answer, Held, Presented } from '../support/nodes/node-app.js';
import { tokenOf } from './clients.js';
import { type Counts, tally } from './tally.js';

/**
 * How a client gets over a lost answer: it asks again at once, later with the attempt id that it had kept, or later with
 * nothing but its old token.
 */
export type Recovery = 'within the grace' | 'by attempt id' | 'too late';

/** What became of the clients of each kind. */
export type LostReplies = Readonly<
  Record<Recovery, { readonly signedOut: number; readonly lost: number; readonly outcomes: Counts }>
>;

interface Client {
  readonly recovery: Recovery;
  held: Held;
  attempt: number;
  isSignedOut: boolean;
  readonly outcomes: string[];
  lost: number;
}

const recoveries = ['within the grace', 'by attempt id', 'too late'] as const;
const pastFloorMs = 13_000;
/** Thrice in a grace of ten seconds. */
const retryMs = 3_000;

/** So many clients of each kind refresh so often, and lose three of ten answers. */
export async function loseReplies(
  deployment: Deployment,
  { clientsOfEach, rounds }: { readonly clientsOfEach: number; readonly rounds: number },
): Promise<LostReplies> {
  const isLost = createLoss();
  const registered = await deployment.register(clientsOfEach * recoveries.length);
  const clients = registered.map((held, index): Client => {
    const recovery = recoveries[index % recoveries.length] as Recovery;
    return { recovery, held, attempt: 0, isSignedOut: false, outcomes: [], lost: 0 };
  });

  let turn = 0;
  const sendAll = async (senders: readonly Client[], canLose: boolean): Promise<readonly Client[]> => {
    turn += 1;
    const answers = await sendByTurns(deployment, senders, turn);
    return senders.filter((client, index) => {
      const hasLost = canLose && isLost();
      receive(client, answers[index] as Answer, hasLost);
      return hasLost;
    });
  };

  for (let round = 0; round < rounds; round++) {
    await deployment.passTime(pastFloorMs);
    let waiting = await sendAll(
      clients.filter(({ isSignedOut }) => !isSignedOut),
      true,
    );
    for (const canLose of [true, true, false]) {
      await deployment.passTime(retryMs);
      waiting = await sendAll(
        waiting.filter(({ recovery }) => recovery === 'within the grace'),
        canLose,
      );
    }
  }
  return Object.fromEntries(
    recoveries.map((recovery) => [recovery, countOf(clients, recovery)]),
  ) as LostReplies;
}

/** Neighbours in the list go to different nodes, and a retry goes to another one than the request. */
async function sendByTurns(
  { nodes }: Deployment,
  senders: readonly Client[],
  turn: number,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  await Promise.all(
    nodes.map(async (node, at) => {
      const indices = [...senders.keys()].filter((index) => (index + turn) % nodes.length === at);
      const got = await node.refresh(indices.map((index) => requestOf(senders[index] as Client)));
      for (const [place, index] of indices.entries()) answers[index] = got[place] as Answer;
    }),
  );
  return answers;
}

function requestOf({ held, recovery, attempt }: Client): Presented {
  return recovery === 'by attempt id'
    ? { ...tokenOf(held), attemptId: `${held.sessionId} attempt ${attempt}` }
    : tokenOf(held);
}

function receive(client: Client, { outcome, held }: Answer, hasLost: boolean): void {
  client.outcomes.push(outcome);
  if (hasLost) {
    client.lost += 1;
    return;
  }
  client.attempt += 1;
  if (held === null) client.isSignedOut = true;
  else client.held = held;
}

function countOf(clients: readonly Client[], recovery: Recovery): LostReplies[Recovery] {
  const own = clients.filter((client) => client.recovery === recovery);
  return {
    signedOut: own.filter(({ isSignedOut }) => isSignedOut).length,
    lost: own.reduce((sum, { lost }) => sum + lost, 0),
    outcomes: tally(own.flatMap(({ outcomes }) => outcomes)),
  };
}

/** Three of ten, the same in every run. */
function createLoss(): () => boolean {
  const random = createSeededRandom('lost replies');
  return () => (random.bytes(1)[0] ?? 0) < 0.3 * 256;
}
