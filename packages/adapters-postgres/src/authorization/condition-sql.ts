import {
  type Condition,
  dayMs,
  listTerms,
  maxDays,
  type Operator,
  type Term,
} from '@tessera-auth/core/authorization';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { ColumnRef } from './columns.js';
import { numericListValue, numericValue } from './numeric-sql.js';
import { endMs, firstMs, timestampText } from './sql-texts.js';

/** The types that values are given. */
export type SqlType = 'text' | 'float8' | 'int8' | 'boolean' | 'timestamptz' | 'uuid' | 'text[]' | 'float8[]';

/** What a condition is put together from. */
export interface ConditionParts {
  /** The column of an attribute. */
  column(attribute: string): ColumnRef;
  /** A value that is known. */
  value(value: string | number | boolean | readonly (string | number)[], type: SqlType): RawBuilder<unknown>;
  /** An attribute of the user, NULL where it is unknown; a date as milliseconds since 1970. */
  user(attribute: string, term: Term): RawBuilder<unknown>;
  /** The instant of the decision, as milliseconds since 1970. */
  now(): RawBuilder<unknown>;
  /** Something that looks at no record: to be worked out once a statement, not once a row. */
  once(expression: RawBuilder<unknown>): RawBuilder<unknown>;
}

/**
 * A condition as SQL: TRUE for exactly the rows of which it is certainly true, and false or NULL for the others, which `WHERE`
 * and policies take for the same. The rows are read as `pg` reads them: an instant to the millisecond, and as unknown what
 * `Date` and `number` cannot hold (infinite instants and years after 275760, NaN and infinite numbers).
 */
export function conditionSql(condition: Condition, parts: ConditionParts): RawBuilder<SqlBool> {
  switch (condition.kind) {
    case 'constant':
      return condition.value ? sql`true` : sql`false`;
    case 'all':
    case 'any': {
      const isAll = condition.kind === 'all';
      if (condition.of.length === 0) return isAll ? sql`true` : sql`false`;
      const of = condition.of.map((part) => conditionSql(part, parts));
      return sql`(${sql.join(of, isAll ? sql` and ` : sql` or `)})`;
    }
    case 'missing':
    case 'compare':
    case 'contains':
      if (listTerms(condition).some(({ kind }) => kind === 'resource')) return leafSql(condition, parts);
      // Worked out once as a whole, so nothing inside of it needs to be.
      return parts.once(
        leafSql(condition, { ...parts, once: (expression) => expression }),
      ) as RawBuilder<SqlBool>;
  }
}

type Leaf = Extract<Condition, { readonly kind: 'missing' | 'compare' | 'contains' }>;

function leafSql(condition: Leaf, parts: ConditionParts): RawBuilder<SqlBool> {
  switch (condition.kind) {
    case 'missing':
      return condition.isNegated
        ? sql`${valueSql(condition.term, parts)} is not null`
        : sql`${valueSql(condition.term, parts)} is null`;
    case 'compare':
      return compareSql(condition, parts);
    case 'contains':
      return containsSql(condition, parts);
  }
}

/** A term as a value, NULL where it is unknown. */
function valueSql(term: Term, parts: ConditionParts): RawBuilder<unknown> {
  switch (term.kind) {
    case 'literal':
      return parts.value(term.value, sqlTypes[term.type]);
    case 'now':
      return parts.now();
    case 'user':
      return parts.user(term.attribute, term);
    case 'resource':
      return columnValue(parts.column(term.attribute), term.type);
    case 'shifted': {
      const date = operandOf(term.date, parts);
      const days = limitDays(operandOf(term.days, parts));
      const shift = sql`${sql.raw(String(dayMs))}::float8 * ${days}`;
      return dateOrNull(term.isBack ? sql`(${date} - ${shift})` : sql`(${date} + ${shift})`);
    }
  }
}

const sqlTypes: Readonly<Record<Term['type'], SqlType>> = {
  string: 'text',
  number: 'float8',
  boolean: 'boolean',
  // Milliseconds since 1970.
  date: 'float8',
  'string[]': 'text[]',
  'number[]': 'float8[]',
};

function operandOf(term: Term, parts: ConditionParts): RawBuilder<unknown> {
  return isOfRecord(term) ? valueSql(term, parts) : parts.once(valueSql(term, parts));
}

function isOfRecord(term: Term): boolean {
  if (term.kind === 'shifted') return isOfRecord(term.date) || isOfRecord(term.days);
  return term.kind === 'resource';
}

/**
 * To the millisecond, halves up as in JavaScript, and NULL where there is no such date. Twice and half of it are exact; with a half
 * added to it, a date that is far away would be another one.
 */
function dateOrNull(ms: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(case when abs(${ms}) <= 8.64e15::float8 then ceil(floor(${ms} * 2::float8) / 2::float8) end)`;
}

/** Not `least` and `greatest`: they pass over NULL. */
function limitDays(days: RawBuilder<unknown>): RawBuilder<unknown> {
  const max = sql.raw(`${maxDays}::float8`);
  return sql`(case when ${days} > ${max} then ${max} when ${days} < -${max} then -${max} else ${days} end)`;
}

const endOfDates = sql.raw(`'${timestampText(endMs)}'::timestamptz`);

function columnValue({ ref, type }: ColumnRef, kind: Term['type']): RawBuilder<unknown> {
  switch (kind) {
    case 'string':
      return type === 'usual' ? ref : sql`${ref}::text`;
    case 'boolean':
      return ref;
    case 'number':
      if (type === 'integer') return sql`${ref}::float8`;
      if (type === 'numeric') return numericValue(ref);
      return sql`(case when ${isReal(floatOf(ref, type))} then ${floatOf(ref, type)} end)`;
    case 'date':
      // As drivers do: what is below a millisecond is cut off.
      return sql`(case when isfinite(${ref}) and ${ref} < ${endOfDates} then floor(extract(epoch from ${ref}) * 1000)::float8 end)`;
    case 'string[]':
      return type === 'usual' ? ref : sql`${ref}::text[]`;
    case 'number[]':
      if (type === 'numeric') return numericListValue(ref);
      return type === 'real' ? sql`${ref}::text[]::float8[]` : sql`${ref}::float8[]`;
  }
}

function floatOf(ref: RawBuilder<unknown>, type: ColumnRef['type']): RawBuilder<unknown> {
  return type === 'real' ? sql`${ref}::text::float8` : sql`${ref}::float8`;
}

/** NaN is greater than everything here. */
function isReal(float: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${float} > '-Infinity'::float8 and ${float} < 'Infinity'::float8`;
}

const signs: Readonly<Record<Operator, RawBuilder<unknown>>> = {
  equals: sql`=`,
  differs: sql`<>`,
  below: sql`<`,
  atMost: sql`<=`,
  above: sql`>`,
  atLeast: sql`>=`,
};

const mirrored: Readonly<Record<Operator, Operator>> = {
  equals: 'equals',
  differs: 'differs',
  below: 'above',
  atMost: 'atLeast',
  above: 'below',
  atLeast: 'atMost',
};

type Comparison = Extract<Condition, { readonly kind: 'compare' }>;

function compareSql({ operator, left, right }: Comparison, parts: ConditionParts): RawBuilder<SqlBool> {
  // A bare column on one side and nothing of the record on the other: what an index can be used for.
  if (left.kind === 'resource' && !isOfRecord(right)) return compareColumn(left, operator, right, parts);
  if (right.kind === 'resource' && !isOfRecord(left))
    return compareColumn(right, mirrored[operator], left, parts);
  return sql`${operandOf(left, parts)} ${signs[operator]} ${operandOf(right, parts)}`;
}

function compareColumn(
  { attribute, type: kind }: Extract<Term, { readonly kind: 'resource' | 'user' }>,
  operator: Operator,
  other: Term,
  parts: ConditionParts,
): RawBuilder<SqlBool> {
  const column = parts.column(attribute);
  const { ref, type } = column;
  if (kind === 'date') return compareInstant(ref, operator, other, parts);
  if (
    kind === 'number' &&
    type === 'integer' &&
    other.kind === 'literal' &&
    Number.isSafeInteger(other.value)
  )
    return sql`${ref} ${signs[operator]} ${parts.value(other.value, 'int8')}`;
  if (kind === 'number' && type === 'usual')
    return sql`(${ref} ${signs[operator]} ${operandOf(other, parts)} and ${isReal(ref)})`;
  if (type === 'uuid' && operator === 'equals') return equalsUuid(ref, other, parts);
  return sql`${columnValue(column, kind)} ${signs[operator]} ${operandOf(other, parts)}`;
}

const uuidPattern = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

/** Only the way that Postgres writes it: in memory, another way of writing the same uuid is another text. */
function equalsUuid(ref: RawBuilder<unknown>, other: Term, parts: ConditionParts): RawBuilder<SqlBool> {
  if (other.kind === 'literal')
    return new RegExp(uuidPattern).test(String(other.value))
      ? sql`${ref} = ${parts.value(other.value, 'uuid')}`
      : sql`false`;
  const text = valueSql(other, parts);
  const pattern = sql.raw(`'${uuidPattern}'`);
  return sql`${ref} = ${parts.once(sql`case when ${text} ~ ${pattern} then ${text}::uuid end`)}`;
}

/**
 * A column of instants against a limit. The column has microseconds and is read to the millisecond, so the limit is rounded
 * and not the column, whose index stays of use. What `Date` does not have is left out at the open end.
 */
function compareInstant(
  ref: RawBuilder<unknown>,
  operator: Operator,
  other: Term,
  parts: ConditionParts,
): RawBuilder<SqlBool> {
  const from = (): RawBuilder<unknown> => limitOf(other, parts, false);
  const after = (): RawBuilder<unknown> => limitOf(other, parts, true);
  const isNotFirst = sql`${ref} > '-infinity'::timestamptz`;
  const isNotLast = sql`${ref} < ${endOfDates}`;
  switch (operator) {
    case 'below':
      return sql`(${ref} < ${from()} and ${isNotFirst})`;
    case 'atMost':
      return sql`(${ref} < ${after()} and ${isNotFirst})`;
    case 'above':
      return sql`(${ref} >= ${after()} and ${isNotLast})`;
    case 'atLeast':
      return sql`(${ref} >= ${from()} and ${isNotLast})`;
    case 'equals':
      return sql`(${ref} >= ${from()} and ${ref} < ${after()})`;
    case 'differs':
      return sql`((${ref} < ${from()} or ${ref} >= ${after()}) and ${isNotFirst} and ${isNotLast})`;
  }
}

/** The first whole millisecond that is not before the term, or that is after it; within what both sides have. */
function limitOf(term: Term, parts: ConditionParts, isAfter: boolean): RawBuilder<unknown> {
  if (term.kind === 'literal') {
    const ms = term.value as number;
    return parts.value(timestampText(isAfter ? Math.floor(ms) + 1 : Math.ceil(ms)), 'timestamptz');
  }
  const exact = valueSql(term, parts);
  const ms = isAfter ? sql`floor(${exact}) + 1` : sql`ceil(${exact})`;
  const day = sql.raw(`${dayMs}::float8`);
  // Days and seconds apart, as an instant without a zone: exact, and neither summer time nor the session's zone moves it.
  return sql`(select case when ms >= ${sql.raw(`${endMs}::float8`)} then ${endOfDates}
    when ms <= ${sql.raw(`(${firstMs})::float8`)} then ${sql.raw(`'${timestampText(firstMs)}'::timestamptz`)}
    else (timestamp 'epoch' + make_interval(days => floor(ms / ${day})::int, secs => (ms - ${day} * floor(ms / ${day})) / 1000))
      at time zone 'UTC' end from (select ${ms} as ms) as given)`;
}

type Containment = Extract<Condition, { readonly kind: 'contains' }>;

function containsSql({ list, item, isNegated }: Containment, parts: ConditionParts): RawBuilder<SqlBool> {
  const values = operandOf(list, parts);
  const wanted = operandOf(item, parts);
  // `<> all` is true of no list with NULL in it, which might be the very thing that is looked for; but it is true of an empty one,
  // whatever is looked for.
  const isKnown = item.kind === 'literal' ? sql`` : sql`${wanted} is not null and `;
  if (!isOfRecord(list)) {
    // A subquery in parentheses would be one that gives rows.
    const array = sql`(${values})::${sql.raw(sqlTypes[list.type])}`;
    return isNegated ? sql`(${isKnown}${wanted} <> all(${array}))` : sql`${wanted} = any(${array})`;
  }
  // A nested list is a list of lists, in which there is no text and no number.
  const isFlat = sql`coalesce(array_ndims(${values}), 1) = 1`;
  // What is no real number might be anything.
  const isReal =
    item.type === 'number' ? sql` and not ${values} && '{NaN,Infinity,-Infinity}'::float8[]` : sql``;
  return isNegated
    ? sql`(${isKnown}${wanted} <> all(${values}) and ${isFlat}${isReal})`
    : sql`(${values} @> array[${wanted}] and ${isFlat})`;
}
