import type { Script } from '../scripts/script.js';
import type { RedisClient } from './redis-client.js';

/** How many replicas shall confirm a change, and within which time. */
export interface Confirmation {
  readonly atLeast: number;
  readonly withinMs: number;
}

/**
 * Runs a script by its name, and whole where the server does not know it.
 *
 * @param call its SHA, the number of its keys, the keys, and what else it is given.
 */
export function evaluate(client: RedisClient, script: Script, call: string[]): Promise<unknown> {
  return client.call('evalsha', call).catch((error: unknown) => {
    // A restart, a failover or SCRIPT FLUSH: it has not run, so it may be sent whole.
    if (!isOf(error, /^NOSCRIPT/)) throw error;
    return client.call('eval', inWhole(script, call));
  });
}

/** The same call with the script itself. */
function inWhole({ source }: Script, [, ...rest]: readonly string[]): string[] {
  return [source, ...rest];
}

/**
 * Runs a script and waits until replicas have received what it did.
 *
 * WAIT speaks of its own connection only, so it goes right behind the script in one pipeline, of which ioredis never sends
 * the rest alone over a new connection. It covers a script that had nothing left to do, too: all that came before it.
 *
 * @throws `Error` when too few have confirmed: the change stands on the primary, and may be repeated.
 */
export async function evaluateConfirmed(
  client: RedisClient,
  script: Script,
  call: string[],
  confirmation: Confirmation,
): Promise<unknown> {
  const byName = ['evalsha', ...call];
  try {
    return await sendConfirmed(client, byName, confirmation);
  } catch (error) {
    if (isOf(error, /^NOSCRIPT/)) {
      return sendConfirmed(client, ['eval', ...inWhole(script, call)], confirmation);
    }
    if (!isOf(error, /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)/)) throw error;
    // A pipeline does not follow a slot that moves. A single call does, and teaches the client where the slot is now.
    const answer = await evaluate(client, script, call);
    await sendConfirmed(client, byName, confirmation);
    return answer;
  }
}

async function sendConfirmed(
  client: RedisClient,
  command: string[],
  { atLeast, withinMs }: Confirmation,
): Promise<unknown> {
  const wait = ['wait', String(atLeast), String(withinMs)];
  const [answered, waited] = (await client.pipeline?.([command, wait]).exec()) ?? [];
  const error = answered?.[0] ?? waited?.[0];
  if (error) throw error;
  const confirmed = Number(waited?.[1]);
  if (confirmed >= atLeast) return answered?.[1];
  throw new Error(
    `Redis: ${confirmed} of ${atLeast} replicas confirmed a change within ${withinMs} ms; ` +
      'it stands on the primary, and repeating it is safe',
  );
}

function isOf(error: unknown, form: RegExp): boolean {
  return error instanceof Error && form.test(error.message);
}
