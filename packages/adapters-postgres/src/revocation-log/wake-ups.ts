import { createHash } from 'node:crypto';
import type { RevocationLog } from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import type { Database } from '../connection/database.js';
import { listenOnPool } from '../connection/listen-on-pool.js';
import type { Connection } from '../connection/open-connection.js';
import type { Pglite } from '../connection/pglite-dialect.js';
import type { Tables } from '../schema/tables.js';

/** How nodes tell each other that the log has grown. */
export interface WakeUps {
  /** Tells every node, by and by. Never fails. */
  announce(): void;
  readonly watch: NonNullable<RevocationLog['watch']>;
}

/** What {@link createWakeUps} is given. */
export interface WakeUpsOptions {
  readonly connection: Connection;
  /** Where notifications are sent, outside of transactions. */
  readonly database: Database;
  readonly tables: Tables;
  readonly timeoutMs: number;
  readonly usesTransactionPooler: boolean;
}

/**
 * Wake-ups by NOTIFY and LISTEN.
 *
 * @throws `TypeError` where the connection cannot listen.
 */
export function createWakeUps({
  connection,
  database,
  tables,
  timeoutMs,
  ...options
}: WakeUpsOptions): WakeUps {
  const channel = channelOf(tables);
  const { pool, pglite } = connection;
  if (pool !== undefined && !options.usesTransactionPooler) {
    return {
      announce: createAnnounce(database, channel),
      watch: (wake) => listenOnPool(pool, { channel, wake: () => wake(), timeoutMs }),
    };
  }
  if (pglite?.listen !== undefined) {
    return {
      announce: createAnnounce(database, channel),
      watch: (wake) => listenOnPglite(pglite, channel, wake),
    };
  }
  throw new TypeError(
    'wakeUps: expected a pool without a transaction pooler, or pglite: others cannot listen',
  );
}

/** One channel for each set of tables in a database. A digest, since a name holds 63 bytes and is cut without a word. */
function channelOf({ schema, bare }: Tables): string {
  const digest = createHash('sha256').update(`${schema}\0${bare.revocations}`).digest('hex');
  return `tessera_${digest.slice(0, 32)}`;
}

/**
 * Sends in a statement of its own, after the commit: inside the transaction NOTIFY lets only one commit at a time.
 * At most one is under way; what is announced meanwhile is told by one more.
 */
function createAnnounce(database: Database, channel: string): () => void {
  let isSending = false;
  let isDue = false;
  const send = async (): Promise<void> => {
    isSending = true;
    while (isDue) {
      isDue = false;
      // A hint: readers poll as well.
      await database.ask(sql`select 'null' as answer from pg_notify(${channel}, '')`).catch(() => {});
    }
    isSending = false;
  };
  return () => {
    isDue = true;
    if (!isSending) void send();
  };
}

function listenOnPglite(pglite: Pglite, channel: string, wake: () => void): () => Promise<void> {
  const listening = pglite.listen?.(channel, () => wake());
  // Without it readers poll, and they see an outage themselves.
  listening?.catch(() => {});
  return async () => {
    const unlisten = await listening?.catch(() => undefined);
    await unlisten?.();
  };
}
