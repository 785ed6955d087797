import { isAuthError, storeUnavailable, within } from '@tessera-auth/core/stores';
import { CompiledQuery, type Kysely, type RawBuilder } from 'kysely';
import { type AnswerRow, compileStatement, type SendStatement, type Statement } from './statement.js';

/** Where statements run. Every rejection is `store_unavailable`, with the driver's error as its cause. */
export interface Database {
  /** Runs one statement. @returns its answers, parsed. */
  ask<Answer>(statement: RawBuilder<AnswerRow> | Statement): Promise<Answer[]>;

  /** Runs `work` in one READ COMMITTED transaction: the one under way, or a new one. What `work` throws passes through. */
  atomically<T>(work: (database: Database) => Promise<T>): Promise<T>;
}

/** What a {@link Database} is made of. */
export interface DatabaseOptions {
  readonly kysely: Kysely<unknown>;
  /** A shorter way than `kysely` for a statement outside of transactions, within the same time. */
  readonly send?: SendStatement | undefined;
  /** For every statement, with the wait for its connection. */
  readonly timeoutMs: number;
  /** `kysely` is a transaction already. */
  readonly isTransaction: boolean;
}

/** A {@link Database} on a Kysely instance. */
export function createDatabase(options: DatabaseOptions): Database {
  const { kysely, timeoutMs, isTransaction, send = createKyselySender(options) } = options;
  const database: Database = {
    async ask<Answer>(statement: RawBuilder<AnswerRow> | Statement) {
      try {
        const rows = await send('text' in statement ? statement : compileStatement<void>(statement)());
        return rows.map(({ answer }) => JSON.parse(answer) as Answer);
      } catch (error) {
        throw asUnavailable(error);
      }
    },

    async atomically(work) {
      if (isTransaction) return work(database);
      let refusal: { readonly reason: unknown } | undefined;
      try {
        // Under a stricter level the statements here would fail where they are meant to wait and look again.
        return await kysely
          .transaction()
          .setIsolationLevel('read committed')
          .execute(async (transaction) => {
            try {
              return await work(createDatabase({ kysely: transaction, timeoutMs, isTransaction: true }));
            } catch (reason) {
              refusal = { reason };
              throw reason;
            }
          });
      } catch (error) {
        throw refusal === undefined ? asUnavailable(error) : refusal.reason;
      }
    },
  };
  return database;
}

function createKyselySender({ kysely, timeoutMs }: DatabaseOptions): SendStatement {
  return async ({ text, values }) => {
    const query = CompiledQuery.raw(text, [...values]) as CompiledQuery<AnswerRow>;
    const { rows } = await within(timeoutMs, kysely.executeQuery(query));
    return rows;
  };
}

function asUnavailable(error: unknown): unknown {
  return isAuthError(error) ? error : storeUnavailable(error);
}
