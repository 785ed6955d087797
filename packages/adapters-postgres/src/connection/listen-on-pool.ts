import { setTimeout as wait } from 'node:timers/promises';
import { within } from '@tessera-auth/core/stores';
import type { PgPool, PgPoolClient } from './pool-dialect.js';

const firstRetryMs = 100;
const longestRetryMs = 10_000;

/** What is listened for. */
export interface Listening {
  /** A name that needs no quotes within quotes. */
  readonly channel: string;
  /** Called at every notification, and when the connection is there: nobody knows what came before. */
  readonly wake: () => void;
  /** For the wait for a connection and for each statement. */
  readonly timeoutMs: number;
}

/**
 * Listens on one connection of the pool, and on the next when it breaks. Keeps no process alive.
 *
 * @returns a function that ends it and resolves when the connection is closed.
 */
export function listenOnPool(pool: PgPool, listening: Listening): () => Promise<void> {
  const over = new AbortController();
  const ended = listenUntil(over.signal, pool, listening);
  return () => {
    over.abort();
    return ended;
  };
}

async function listenUntil(over: AbortSignal, pool: PgPool, listening: Listening): Promise<void> {
  let retryMs = firstRetryMs;
  const stopped = new Promise<void>((resolve) => {
    over.addEventListener('abort', () => resolve());
  });
  while (!over.aborted) {
    try {
      await listenOnce(stopped, pool, listening, () => {
        retryMs = firstRetryMs;
      });
    } catch {
      // The database is away: those who read the log see that themselves.
    }
    await wait(retryMs, undefined, { ref: false, signal: over }).catch(() => {});
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  }
}

/** Resolves when it was stopped or the connection broke, and the connection is closed. */
async function listenOnce(
  stopped: Promise<void>,
  pool: PgPool,
  { channel, wake, timeoutMs }: Listening,
  onListening: () => void,
): Promise<void> {
  const client = await within(timeoutMs, pool.connect(), (late) => late.release());
  const { closed, broken } = watchConnection(client);
  try {
    client.on('notification', wake);
    client.unref?.();
    await client.query({ text: `listen "${channel}"`, values: [], query_timeout: timeoutMs });
    onListening();
    wake();
    await Promise.race([broken, stopped]);
  } finally {
    client.off('notification', wake);
    client.ref?.();
    // Thrown away: nobody else wants a connection that listens.
    client.release(new Error('it was listening'));
    await within(timeoutMs, closed).catch(() => {});
  }
}

/** Its listeners stay, for a connection that is being thrown away may break as well. */
function watchConnection(client: PgPoolClient) {
  const closed = new Promise<void>((resolve) => {
    client.on('end', resolve);
  });
  const failed = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
  });
  return { closed, broken: Promise.race([closed, failed]) };
}
