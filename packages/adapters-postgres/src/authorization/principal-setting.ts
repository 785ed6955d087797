import {
  type BaseKind,
  type Policy,
  type Principal,
  readerOfKind,
  type Term,
} from '@tessera-auth/core/authorization';
import { type RawBuilder, sql } from 'kysely';
import type { ConditionParts } from './condition-sql.js';
import { toComparable } from './list-filter.js';
import { arrayText, quoteText } from './sql-texts.js';

/** The one setting that says who asks: all of it or nothing, and nothing of whoever asked before. */
export const settingName = 'tessera.principal';

/** What policies of the database look at, of all that a principal is. */
export interface PrincipalReads {
  /** Besides `id` and `tenantId`. */
  readonly attributes: ReadonlyMap<string, BaseKind>;
  readonly grants: ReadonlySet<string>;
}

const principal = sql.raw(`nullif(current_setting('${settingName}', true), '')::jsonb`);

/** Whether anybody asks at all. */
export const isSomebody: RawBuilder<unknown> = once(sql`${principal} is not null`);

/** Whether whoever asks has the grant; NULL when nobody does. */
export function hasGrant(grant: string): RawBuilder<unknown> {
  return once(sql`${principal} -> 'grants' @> ${sql.raw(quoteText(JSON.stringify(grant)))}::jsonb`);
}

/** Parts of conditions in policies of a database, where the principal is known at run time only. */
export const runTimeParts: Omit<ConditionParts, 'column'> = {
  value(value, type) {
    if (typeof value === 'boolean') return sql.raw(String(value));
    const text = typeof value === 'object' ? arrayText(value) : String(value);
    if (toComparable(text) !== text) throw new TypeError('rules: a text that no Postgres can hold');
    return sql.raw(`${quoteText(text)}::${type}`);
  },
  user: (attribute, { type }) => readAs(type, sql`${principal} -> 'user'`, sql.raw(quoteText(attribute))),
  now: () => sql`(${principal} ->> 'now')::float8`,
  once,
};

/** A subquery that looks at no row is worked out once for a statement. */
function once(expression: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select ${expression})`;
}

function readAs(kind: BaseKind, user: RawBuilder<unknown>, name: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (kind) {
    case 'string':
      return sql`(${user} ->> ${name})`;
    case 'number':
    case 'date':
      return sql`(${user} ->> ${name})::float8`;
    case 'boolean':
      return sql`(${user} ->> ${name})::boolean`;
    case 'string[]':
    case 'number[]': {
      const type = sql.raw(kind === 'string[]' ? 'text[]' : 'float8[]');
      const list = sql`${user} -> ${name}`;
      return sql`(case when jsonb_typeof(${list}) = 'array' then array(select jsonb_array_elements_text(${list})) end)::${type}`;
    }
  }
}

/** The terms of users in it, besides `id` and `tenantId`. */
export function readsOf(terms: readonly Term[]): readonly (readonly [string, BaseKind])[] {
  return terms.flatMap((term) =>
    term.kind === 'user' && !['id', 'tenantId'].includes(term.attribute)
      ? [[term.attribute, term.type] as const]
      : [],
  );
}

/** What the setting is set to: JSON of nothing but ASCII and without a dollar sign, so that no quotation can end in it. */
export function settingOf(
  { attributes, grants }: PrincipalReads,
  policy: Pick<Policy, 'listGrants'>,
  somebody: Principal,
): string {
  const given = somebody.attributes as Readonly<Record<string, unknown>>;
  const user = [...attributes].map(([name, kind]) => [name, toJson(readerOfKind(kind)(given[name]), kind)]);
  const held = policy.listGrants(somebody).filter((grant) => grants.has(grant));
  return JSON.stringify({
    user: {
      ...Object.fromEntries(user),
      id: toId(somebody.userId),
      tenantId: toId(somebody.tenantId),
    },
    grants: held,
    now: somebody.nowMs,
  }).replace(/[$\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Nobody and no tenant are not those of a record, which in memory are unknown as well. */
function toId(id: string): string | null {
  return id === '' ? null : toComparable(id);
}

/** What a list holds that cannot be read might be anything, and so is NULL. */
function toJson(value: unknown, kind: BaseKind): unknown {
  if (typeof value === 'string') return toComparable(value);
  if (!Array.isArray(value)) return value ?? null;
  const read = readerOfKind(kind === 'string[]' ? 'string' : 'number');
  return value.map((item) => {
    const known = read(item);
    if (known === undefined) return null;
    return typeof known === 'string' ? toComparable(known) : String(known);
  });
}
