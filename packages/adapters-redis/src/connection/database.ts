import { type Clock, storeUnavailable, within } from '@tessera-auth/core/stores';
import type { Script } from '../scripts/script.js';
import { checkEviction } from './check-eviction.js';
import { type Confirmation, evaluate, evaluateConfirmed } from './evaluate.js';
import { findNodes, type RedisClient, type RedisNode } from './redis-client.js';

/** The app's Redis, as the stores use it: scripts, each call with a time limit. */
export interface Database {
  /** Keys in different slots may not share a script. */
  readonly isCluster: boolean;

  /**
   * Runs a script in one step on the server that holds the keys, the primary: a script is never sent to a replica, not
   * even by a Cluster client that reads from replicas. That is why reads are scripts as well.
   *
   * @throws `AuthError` `store_unavailable`, whatever the reason.
   */
  run<T>(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<T>;

  /** All keys that match, in portions, each key at least once if it is there all the while. */
  scan(pattern: string): AsyncIterable<readonly string[]>;

  /** Asks every primary for an answer. */
  ping(): Promise<void>;

  /** @throws `AuthError` `store_unavailable` when Redis may evict keys, or does not say whether. */
  check(): Promise<void>;
}

/** What {@link createDatabase} is given. */
export interface DatabaseOptions {
  readonly client: RedisClient;
  readonly timeoutMs: number;
  readonly allowEviction: boolean;
  readonly confirmation: Confirmation | null;
  readonly clock: Clock | undefined;
}

const scanCount = '1000';

/** The stores' view of the app's client. */
export function createDatabase(options: DatabaseOptions): Database {
  const { client, timeoutMs, allowEviction, confirmation, clock } = options;
  let checked: Promise<void> | null = null;

  const limited = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await within(timeoutMs, work());
    } catch (error) {
      // READONLY, LOADING, BUSY, OOM, CLUSTERDOWN, a lost connection: to whoever asks it is all one outage.
      throw storeUnavailable(error);
    }
  };
  // Once, and again after a failure: until Redis has said that it keeps what it is given, nothing is entrusted to it.
  let isChecked = allowEviction;
  const ensureChecked = (): Promise<void> => {
    checked ??= checkEviction(client).then(
      () => {
        isChecked = true;
      },
      (error) => {
        checked = null;
        throw error;
      },
    );
    return checked;
  };
  const send = (script: Script, call: string[]): Promise<unknown> =>
    confirmation === null || !script.isConfirmed
      ? evaluate(client, script, call)
      : evaluateConfirmed(client, script, call, confirmation);

  return {
    isCluster: client.isCluster === true,

    run<T>(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<T> {
      const call = [script.sha, String(keys.length), ...keys, clock === undefined ? '' : String(clock.now())];
      for (const arg of args) call.push(String(arg));
      const answer = limited(() =>
        isChecked ? send(script, call) : ensureChecked().then(() => send(script, call)),
      );
      return answer as Promise<T>;
    },

    async *scan(pattern) {
      const nodes = await limited(() => findNodes(client, 'master'));
      for (const node of nodes) yield* scanNode(node, pattern, limited);
    },

    ping: () =>
      limited(async () => {
        const nodes = await findNodes(client, 'master');
        await Promise.all(nodes.map((node) => node.call('ping', [])));
      }),

    check: () => (allowEviction ? Promise.resolve() : limited(ensureChecked)),
  };
}

async function* scanNode(
  node: RedisNode,
  pattern: string,
  limited: <T>(work: () => Promise<T>) => Promise<T>,
): AsyncIterable<readonly string[]> {
  let cursor = '0';
  do {
    const page = await limited(() => node.call('scan', [cursor, 'MATCH', pattern, 'COUNT', scanCount]));
    const [next, keys] = page as [string, string[]];
    yield keys;
    cursor = next;
  } while (cursor !== '0');
}
