import type { RawBuilder } from 'kysely';
import { type CompiledStatement, compileStatement, later, type Statement } from './connection/statement.js';
import type { Tables } from './schema/tables.js';
import type { StoreContext } from './store-context.js';

/** Marks where a value of a call goes. */
export type Given<Command> = (read: (command: Command) => unknown) => RawBuilder<unknown>;

/**
 * A statement that is built and compiled at its first call, for those that run at nearly every request.
 *
 * @param build must depend on its context only, and take everything of a call by `given`.
 */
export function prepareStatement<Command>(
  build: (context: StoreContext, given: Given<Command>) => RawBuilder<unknown>,
): (context: StoreContext, command: Command) => Statement {
  // All contexts with the same tables are of the same stores, inside transactions and outside.
  const compiled = new WeakMap<Tables, CompiledStatement<Command>>();
  return (context, command) => {
    let statement = compiled.get(context.tables);
    if (statement === undefined) {
      statement = compileStatement<Command>(build(context, later));
      compiled.set(context.tables, statement);
    }
    return statement(command);
  };
}
