import { setTimeout } from 'node:timers/promises';
import { CompiledQuery, type ControlledTransaction, type Kysely, type Transaction } from 'kysely';

/**
 * Runs `work` in a transaction that `begin` prepares. The connection goes back to its pool only once the transaction has ended.
 *
 * Where the pool has a `query_timeout`, a statement that was given up goes on in the server, and so does its transaction: a rollback
 * is given up in the same way, and Kysely would hand the connection back all the same.
 */
export function runOnKysely<DB, T>(
  database: Kysely<DB>,
  begin: (transaction: Transaction<DB>) => Promise<void>,
  work: (transaction: Transaction<DB>) => Promise<T>,
): Promise<T> {
  return database.connection().execute(async (connection) => {
    let transaction: ControlledTransaction<DB> | undefined;
    try {
      transaction = await connection.startTransaction().execute();
      await begin(transaction);
      const result = await work(transaction);
      await transaction.commit().execute();
      return result;
    } catch (error) {
      // Whatever becomes of it, nothing more of `work` is sent after this.
      const isRolledBack = await transaction?.rollback().execute().then(isSo, isNotSo);
      if (isRolledBack !== true) await rollBack(connection);
      throw error;
    }
  });
}

const isSo = (): boolean => true;
const isNotSo = (): boolean => false;

/** What a rollback waits before it is tried again: one that is refused at once must not be tried without end. */
const pauseMs = 100;

/** Ends the transaction, as soon as the server is done with what was given up. */
async function rollBack<DB>(connection: Kysely<DB>): Promise<void> {
  for (;;) {
    try {
      await connection.withoutPlugins().executeQuery(CompiledQuery.raw('rollback'));
      return;
    } catch (error) {
      // Anything else is the end of the connection, which its pool notices by itself.
      if (!(error instanceof Error && /time|abort|cancel/i.test(error.message))) return;
    }
    await setTimeout(pauseMs, undefined, { ref: false });
  }
}
