import { within } from '@tessera-auth/core/stores';
import {
  guardNewConnections,
  isStatementError,
  type PgPool,
  type PgPoolClient,
  type PgStatementOptions,
  queryOf,
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
    let client: PgPoolClient | undefined;
    let broken: Error | undefined;
    let isOver = false;
    const onError = (error: Error): void => {
      broken ??= error;
    };
    const ask = async (): Promise<readonly AnswerRow[]> => {
      const lent = await pool.connect();
      if (isOver) {
        // Nobody waits for it any more, and what was reported as not done should not be done now.
        lent.release();
        return [];
      }
      client = lent;
      client.on('error', onError);
      return (await client.query(queryOf(statement, isPreparing))).rows;
    };
    try {
      return await within(timeoutMs, ask());
    } catch (error) {
      if (!isStatementError(error)) onError(error as Error);
      throw error;
    } finally {
      isOver = true;
      client?.off('error', onError);
      client?.release(broken);
    }
  };
}
