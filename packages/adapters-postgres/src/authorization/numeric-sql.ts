import { type RawBuilder, sql } from 'kysely';

// The cast fails the whole statement for what rounds to infinity, and for what rounds to zero and is not zero.
const infinite = sql.raw(`${2n ** 1024n - 2n ** 970n}::numeric`);
const zero = sql.raw(`${5n ** 1075n}e-1075::numeric`);

/** A `numeric` as the double that JavaScript reads; NULL for what that would take for no real number. */
export function numericValue(value: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(case when abs(${value}) <= ${zero} then 0::float8 when abs(${value}) < ${infinite} then ${value}::float8 end)`;
}

/** The same of a list, where what is no real number is infinite. One of lists stays one, but not with its values. */
export function numericListValue(list: RawBuilder<unknown>): RawBuilder<unknown> {
  const item = sql`item`;
  return sql`(case when array_ndims(${list}) > 1 then '{{0}}'::float8[] when ${list} is not null then array(
    select coalesce(${numericValue(item)}, case when ${item} is not null then 'Infinity'::float8 end)
    from unnest(${list}) as items (${item})) end)`;
}
