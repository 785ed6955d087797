import { createHash } from 'node:crypto';
import { within } from '@tessera-auth/core/stores';
import { PostgresDialect, type PostgresPoolClient } from 'kysely';
import type { Statement } from './statement.js';

/** What is needed of a client of `pg`. */
export interface PgClient {
  /** Runs one statement; a `name` prepares it, and after `query_timeout` milliseconds it is given up. */
  query(query: {
    readonly text: string;
    readonly values: unknown[];
    readonly name?: string;
    readonly query_timeout?: number;
    // biome-ignore lint/suspicious/noExplicitAny: the rows of `pg` are untyped.
  }): Promise<any>;
}

/** What is needed of a client that a pool lends. */
export interface PgPoolClient extends PgClient {
  /** Tells of a connection that breaks between two statements. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Tells of a notification, and of the end of the connection. */
  on(event: 'notification' | 'end', listener: () => void): unknown;
  /** Ends {@link on}. */
  off(event: 'error', listener: (error: Error) => void): unknown;
  /** Ends {@link on}. */
  off(event: 'notification', listener: () => void): unknown;
  /** Lets the process end while the connection is open, until {@link ref}. */
  unref?(): void;
  /** Ends {@link unref}. */
  ref?(): void;
  /** With an error the pool throws the connection away. */
  release(error?: Error): void;
}

/** What is needed of a `pg` pool. */
export interface PgPool {
  /** Lends a client. */
  connect(): Promise<PgPoolClient>;
  /** Tells of every new connection. */
  on?(event: 'connect', listener: (client: PgPoolClient) => void): unknown;
}

/** How statements are sent. */
export interface PgStatementOptions {
  /** For each statement and for each wait for a connection; 0 for none. */
  readonly timeoutMs: number;
  /** Prepare each statement once per connection. */
  readonly isPreparing: boolean;
}

/** Runs Kysely on the app's own pool. The pool stays the app's: it is never ended here. */
export function createPoolDialect(pool: PgPool, options: PgStatementOptions): PostgresDialect {
  guardNewConnections(pool);
  return new PostgresDialect({
    pool: {
      async connect() {
        const pending = pool.connect();
        const client =
          options.timeoutMs === 0
            ? await pending
            : await within(options.timeoutMs, pending, (late) => late.release());
        return lend(client, options);
      },
      async end() {},
    },
  });
}

const guarded = new WeakSet<PgPool>();

/**
 * A server that shuts down, or is told to end a connection, may say so in the very packet in which it accepts one. `pg` tells
 * of that before whoever awaits the connection can listen, and an error that nobody listens to stops the process.
 */
export function guardNewConnections(pool: PgPool): void {
  if (guarded.has(pool)) return;
  guarded.add(pool);
  const ignore = (): void => {};
  pool.on?.('connect', (client) => {
    client.on('error', ignore);
    setImmediate(() => client.off('error', ignore));
  });
}

/** Runs Kysely on one client, inside a transaction that the app began and will end. */
export function createClientDialect(client: PgClient, options: PgStatementOptions): PostgresDialect {
  return new PostgresDialect({
    pool: { connect: async () => sender(client, options, () => {}), end: async () => {} },
  });
}

/** A client of a pool, and whether something can still be under way on it. */
export interface LentClient {
  /** Why it is of no use any more, if it is not. */
  readonly broken: Error | undefined;
  /** Takes notice of a failure of this connection; one of a statement alone is none. */
  note(error: unknown): void;
  /** Gives it back, or has it thrown away if it is broken. */
  release(): void;
}

/** Watches over a client from when it is lent: it has no other listener, and may break between two statements. */
export function watchLent(client: PgPoolClient): LentClient {
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken ??= error;
  };
  client.on('error', onError);
  return {
    get broken() {
      return broken;
    },
    note(error) {
      if (!isStatementError(error)) onError(error as Error);
    },
    release() {
      client.off('error', onError);
      client.release(broken);
    },
  };
}

/** A client that goes back to its pool only if nothing can still be under way on it. */
function lend(client: PgPoolClient, options: PgStatementOptions): PostgresPoolClient {
  const lent = watchLent(client);
  const { query } = sender(client, options, lent.note);
  return {
    query(text: string, values: readonly unknown[]) {
      // Kysely rolls back after a failure; on a broken connection that would only wait for the same failure again.
      return lent.broken === undefined ? query(text, values) : Promise.reject(lent.broken);
    },
    release: lent.release,
  } as PostgresPoolClient;
}

function sender(
  client: PgClient,
  { timeoutMs, isPreparing }: PgStatementOptions,
  onFailure: (error: unknown) => void,
): PostgresPoolClient {
  return {
    async query(text: string, values: readonly unknown[]) {
      try {
        return await client.query({
          ...queryOf({ text, values }, isPreparing),
          ...(timeoutMs > 0 ? { query_timeout: timeoutMs } : {}),
        });
      } catch (error) {
        onFailure(error);
        throw error;
      }
    },
    release() {},
  } as PostgresPoolClient;
}

/** A statement as `pg` takes it. */
export function queryOf({ text, values }: Statement, isPreparing: boolean) {
  const query = { text, values: [...values] };
  return isPreparing && values.length > 0 ? { ...query, name: nameOf(text) } : query;
}

/** Whether the server refused a statement and is ready for the next one on this connection. */
function isStatementError(error: unknown): boolean {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return false;
  // Class 08 and 57P0x: the connection is gone or going.
  return typeof error.code === 'string' && !/^(08|57P)/.test(error.code);
}

// Statements are constants, so there are as many names as statements in this package.
const names = new Map<string, string>();

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `tessera_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    names.set(text, name);
  }
  return name;
}
