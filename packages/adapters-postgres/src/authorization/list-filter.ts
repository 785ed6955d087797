import { randomBytes } from 'node:crypto';
import type { Filter } from '@tessera-auth/core/authorization';
import { isStorableText } from '@tessera-auth/core/stores';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { compileStatement, type Statement } from '../connection/statement.js';
import { type ColumnsOptions, createColumns } from './columns.js';
import { type ConditionParts, conditionSql, type SqlType } from './condition-sql.js';
import { arrayText } from './sql-texts.js';

/** How a filter is put into a query. */
export interface ListFilterOptions extends ColumnsOptions {
  /** The table, or its alias in the query. Default: columns stand alone. */
  readonly table?: string;
}

/** How a filter is put into a query that is text. */
export interface ListFilterQueryOptions extends ListFilterOptions {
  /** The number of the first parameter. Default 1. */
  readonly firstParameter?: number;
}

/**
 * What `policy.filterFor` said, for `where` of a Kysely query: it is true of exactly the rows that `policy.can` allows. Values are
 * parameters, names are quoted.
 *
 * Do not negate it: of other rows it may be NULL instead of false.
 */
export function whereAllowed(filter: Filter, options: ListFilterOptions = {}): RawBuilder<SqlBool> {
  if (filter.kind !== 'where') return filter.kind === 'always' ? sql`true` : sql`false`;
  return conditionSql(filter.condition, createParts(options));
}

/** The same as text with `$1` and so on, for `pg` and others. */
export function whereAllowedText(filter: Filter, options: ListFilterQueryOptions = {}): Statement {
  const { firstParameter = 1 } = options;
  if (!Number.isSafeInteger(firstParameter) || firstParameter < 1)
    throw new TypeError('firstParameter: expected a whole number from 1');
  // Parameters are counted by Kysely; those before ours are put in front, and taken off again.
  const before = Array.from({ length: firstParameter - 1 }, () => sql`${0}`);
  const { text, values } = compileStatement<void>(
    sql`${sql.join([...before, whereAllowed(filter, options)], sql``)}`,
  )();
  return {
    text: text.slice(before.map((_parameter, index) => `$${index + 1}`).join('').length),
    values: values.slice(before.length),
  };
}

function createParts(options: ListFilterOptions): ConditionParts {
  const unknown = (): never => {
    throw new TypeError('filter: expected what policy.filterFor gives');
  };
  return {
    column: createColumns(options, options.table),
    value: (value, type) => sql`${parameterOf(value, type)}::${sql.raw(type)}`,
    user: unknown,
    now: unknown,
    once: (expression) => expression,
  };
}

function parameterOf(value: Parameters<ConditionParts['value']>[0], type: SqlType): unknown {
  if (typeof value === 'string') return toComparable(value);
  if (typeof value !== 'object') return value;
  return arrayText(type === 'text[]' ? value.map((item) => toComparable(String(item))) : value);
}

const standIn = randomBytes(16).toString('hex');

/**
 * A text that compares with what is stored as `text` does. Postgres holds neither NUL nor half a character, so such a text is
 * equal to nothing there; as a parameter it would fail the query.
 */
export function toComparable(text: string): string {
  return isStorableText(text) ? text : `${standIn}${JSON.stringify(text)}`;
}
