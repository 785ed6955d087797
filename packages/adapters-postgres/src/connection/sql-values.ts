import type { Clock } from '@tessera-auth/core/stores';
import { type RawBuilder, sql } from 'kysely';
import { later } from './statement.js';
import { toStorable } from './storable-text.js';

/** The instant at which a statement decides; by the database's clock, so that all nodes agree. */
export type Now = () => RawBuilder<unknown>;

/**
 * `clock_timestamp()` in milliseconds, or the instant of a clock that a test drives.
 *
 * Not `now()`, which is when the transaction began: a statement that waited for a lock would judge by the past.
 */
export function createNow(clock: Clock | undefined): Now {
  return () =>
    clock === undefined
      ? sql`date_trunc('milliseconds', clock_timestamp())`
      : instant(later(() => new Date(clock.now()).getTime()));
}

/** An instant, of any year that both sides know: as text, one after 9999 has a sign that Postgres does not read. */
export function instant(date: Date | RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`('epoch'::timestamptz + ${duration(date instanceof Date ? date.getTime() : date)})`;
}

/** A length of time; in SQL it may be multiplied, and summer time does not stretch it. */
export function duration(ms: number | RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(${ms}::float8 * interval '1 millisecond')`;
}

/** Any plain data as `jsonb`. */
export function json(value: unknown): RawBuilder<unknown> {
  return sql`${JSON.stringify(value)}::jsonb`;
}

/** A `text[]`; as JSON, because drivers disagree on how arrays are sent. */
export function textArray(values: readonly string[]): RawBuilder<unknown> {
  return sql`array(select jsonb_array_elements_text(${json(values.map((value) => toStorable(value)))}))`;
}

/** An instant of a row as JSON gives it. */
export function readInstant(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
