import { within } from '@tessera-auth/core/stores';
import {
  guardNewConnections,
  type LentClient,
  type PgPool,
  type PgStatementOptions,
  queryOf,
  watchLent,
} from './pool-dialect.js';
import type { AnswerRow, SendStatement } from './statement.js';

/**
 * Sends single statements on the app's own pool, without what Kysely needs for transactions. One deadline for the wait
 * for a connection and the answer; a connection goes back to the pool only if nothing can still be under way on it.
 */
export function createPoolSender(
  pool: PgPool,
  { timeoutMs, isPreparing }: PgStatementOptions,
): SendStatement {
  guardNewConnections(pool);
  return async (statement) => {
    let lent: LentClient | undefined;
    let isOver = false;
    const ask = async (): Promise<readonly AnswerRow[]> => {
      const client = await pool.connect();
      if (isOver) {
        // Nobody waits for it any more, and what was reported as not done should not be done now.
        client.release();
        return [];
      }
      lent = watchLent(client);
      return (await client.query(queryOf(statement, isPreparing))).rows;
    };
    try {
      return await within(timeoutMs, ask());
    } catch (error) {
      lent?.note(error);
      throw error;
    } finally {
      isOver = true;
      lent?.release();
    }
  };
}
