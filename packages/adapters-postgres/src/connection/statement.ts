import { createQueryId, PostgresQueryCompiler, type RawBuilder, sql } from 'kysely';

/** The one column of every statement here: JSON as text, which no driver, plugin or type parser of the app changes. */
export interface AnswerRow {
  readonly answer: string;
}

/** One statement as the database gets it. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Runs one statement. */
export type SendStatement = (statement: Statement) => Promise<readonly AnswerRow[]>;

/** A statement that waits for its values. */
export type CompiledStatement<Given> = (given: Given) => Statement;

interface Later {
  readonly read: (given: unknown) => unknown;
}

/** In a statement: the value that `read` finds when the statement runs, in what {@link compileStatement}'s result is given. */
export function later<Given>(read: (given: Given) => unknown): RawBuilder<unknown> {
  return sql`${{ read }}`;
}

/** Compiles a statement once for many calls. All values in it are primitive or {@link later}. */
export function compileStatement<Given>(statement: RawBuilder<unknown>): CompiledStatement<Given> {
  const { sql: text, parameters } = new PostgresQueryCompiler().compileQuery(
    statement.toOperationNode(),
    createQueryId(),
  );
  return (given) => ({
    text,
    values: parameters.map((value) => (isLater(value) ? value.read(given) : value)),
  });
}

function isLater(value: unknown): value is Later {
  return typeof value === 'object' && value !== null;
}
