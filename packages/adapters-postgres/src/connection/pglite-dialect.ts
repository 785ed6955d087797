import { PostgresDialect, type PostgresPoolClient } from 'kysely';

/** What runs statements: a PGlite instance, or one of its transactions. */
export interface PgliteSession {
  /** Runs one statement with parameters. */
  query(text: string, values: unknown[]): Promise<{ readonly rows: unknown[] }>;
  /** Runs a script. Only told apart by it. */
  exec(text: string): Promise<unknown>;
}

/** What is needed of a PGlite instance. */
export interface Pglite extends PgliteSession {
  /** Keeps every other statement out until `work` settles; commits or rolls back by how it does. */
  transaction(work: (session: PgliteSession) => Promise<void>): Promise<unknown>;
  /** Calls `wake` at each notification. Needed for `wakeUps`. @returns a function that ends it. */
  listen?(channel: string, wake: () => void): Promise<() => Promise<void>>;
}

/** Runs Kysely on PGlite. It has one session, so a transaction keeps everybody else waiting, the app itself too. */
export function createPgliteDialect(pglite: Pglite): PostgresDialect {
  return new PostgresDialect({
    pool: {
      async connect() {
        let transaction: HeldTransaction | undefined;
        return clientOf(async (text, values) => {
          if (text.startsWith('start transaction')) {
            transaction = await holdTransaction(pglite);
          } else if (text === 'commit' || text === 'rollback') {
            await transaction?.settle(text);
          } else {
            return (transaction?.session ?? pglite).query(text, values);
          }
          return { rows: [] };
        });
      },
      async end() {},
    },
  });
}

/** Runs Kysely inside a PGlite transaction that the app began and will end. */
export function createPgliteTransactionDialect(session: PgliteSession): PostgresDialect {
  return new PostgresDialect({
    pool: {
      connect: async () => clientOf((text, values) => session.query(text, values)),
      end: async () => {},
    },
  });
}

function clientOf(query: PgliteSession['query']): PostgresPoolClient {
  return {
    async query(text: string, values: readonly unknown[]) {
      const { rows } = await query(text, [...values]);
      return { command: 'SELECT', rowCount: rows.length, rows };
    },
    release() {},
  } as PostgresPoolClient;
}

interface HeldTransaction {
  readonly session: PgliteSession;
  settle(how: 'commit' | 'rollback'): Promise<void>;
}

/** A transaction that stays open until it is told how to end: Kysely begins and ends by statements, PGlite by a function. */
function holdTransaction(pglite: Pglite): Promise<HeldTransaction> {
  const undone = new Error('rolled back');
  return new Promise((begun, failed) => {
    const ended = pglite.transaction(
      (session) =>
        new Promise((commit, rollback) => {
          begun({
            session,
            async settle(how) {
              if (how === 'commit') commit();
              else rollback(undone);
              await ended.catch((error: unknown) => {
                if (error !== undone) throw error;
              });
            },
          });
        }),
    );
    ended.catch(failed);
  });
}
