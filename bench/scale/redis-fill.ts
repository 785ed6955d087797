import { type RedisClient, redisStores } from '@tessera-auth/adapters-redis';
import { type CreateSessionCommand, findTag } from '@tessera-auth/core/stores';
import type { Redis } from 'ioredis';
import { createSecret, createSignIn, createUser } from '../stores/commands.js';
import { forEachNumber } from './in-turn.js';
import { crowdSize, type Population, sessionAt } from './population.js';

/** Which sessions to add. */
export interface Filling {
  readonly keyPrefix: string;
  readonly population: Population;
  /** Numbers of sessions. */
  readonly from: number;
  readonly to: number;
  /** Their absolute end. */
  readonly endsAt: number;
}

/** What the store sent to create a session, and what is to be put in for that. */
interface Recorded {
  readonly args: readonly string[];
  readonly command: CreateSessionCommand;
}

const batch = 250;
/** Users are spread over so many parts of a cluster by the first bits of their tag. */
const parts = 32;
/** Not a length of time that is anything else in the command. */
const recordedLifetimeMs = 7_776_000_123;

/**
 * Adds sessions by the very script that the store sends, many at a time: the store itself waits for each answer.
 *
 * @throws `Error` unless each was created.
 */
export async function fillSessions(client: Redis, filling: Filling): Promise<void> {
  const recorded = await recordCreations(client, filling.keyPrefix);
  const { from, to, population, endsAt } = filling;
  const batches = Math.ceil((to - from) / batch);
  await forEachNumber({ to: batches, atOnce: 4 }, async (at) => {
    const first = from + at * batch;
    const commands: string[][] = [];
    for (let number = first; number < Math.min(first + batch, to); number++) {
      const session = sessionAt(population, number);
      const like = recorded.get(partOf(session.id)) as Recorded;
      const put: Readonly<Record<string, string>> = {
        [like.command.id]: session.id,
        [like.command.userId]: session.userId,
        [like.command.secretHash]: session.secretHash,
        [like.command.nonce]: createSecret().nonce,
        [recordedLifetimeMs]: String(Math.max(1, endsAt - Date.now())),
      };
      commands.push(['evalsha', ...like.args.map((arg) => putIn(arg, put))]);
    }
    for (const [error, answer] of (await client.pipeline(commands).exec()) ?? []) {
      if (error !== null) throw error;
      if ((answer as unknown[])[0] !== 'created') throw new Error('a session was not created');
    }
  });
}

/** One creation for each part. */
async function recordCreations(client: Redis, keyPrefix: string): Promise<ReadonlyMap<number, Recorded>> {
  let last: readonly string[] = [];
  const recording: RedisClient = {
    call(command, args) {
      last = args;
      return client.call(command, args);
    },
  };
  const { sessions } = redisStores({ client: recording, keyPrefix });
  const recorded = new Map<number, Recorded>();
  while (recorded.size < parts) {
    const command = {
      ...createSignIn(createUser()),
      ...{ maxSessions: 2 * crowdSize, absoluteLifetimeMs: recordedLifetimeMs },
    };
    await sessions.create(command);
    // The first one was sent whole, since the server did not know the script.
    await sessions.create({ ...command });
    recorded.set(partOf(command.id), { args: last, command });
  }
  return recorded;
}

function partOf(id: string): number {
  return Number.parseInt(findTag(id).slice(0, 2), 16) >> 3;
}

/** Ids and lifetimes stand alone, or at the end of a name. */
function putIn(arg: string, put: Readonly<Record<string, string>>): string {
  const at = arg.lastIndexOf(':') + 1;
  const replacement = put[arg.slice(at)];
  return replacement === undefined ? arg : arg.slice(0, at) + replacement;
}
