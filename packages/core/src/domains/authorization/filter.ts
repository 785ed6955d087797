import { type Known, readerOfKind } from './attributes.js';
import { compileCondition, compileTerm } from './compile-condition.js';
import { type Condition, negate, type Term, tenantCondition } from './conditions.js';
import { concerns } from './judge.js';
import type { CompiledPermission, CompiledRule } from './permission-rules.js';
import type { Principal } from './principal.js';

/**
 * Which records: all, none, or those for which the condition is certainly true. Its terms are literals, attributes of the
 * record, and dates made of both; no negation stands in it, so that `WHERE`, which takes neither false nor NULL, takes exactly
 * those.
 */
export type Filter =
  | { readonly kind: 'always' | 'never' }
  | { readonly kind: 'where'; readonly condition: Condition };

const nothing: object = Object.freeze(Object.create(null));

/** The records for which the principal may. */
export function filterFor(compiled: CompiledPermission, principal: Principal): Filter {
  const { bits } = principal;
  const { rules } = compiled;
  const isGranted = concerns(bits, compiled);
  const concerning = <T>(facts: readonly T[], tests: readonly CompiledRule[]): readonly T[] =>
    facts.filter((_facts, index) => concerns(bits, tests[index] as CompiledRule));
  const denies = concerning(rules.denies, compiled.denies).map(({ when }) => negate(when));
  const allows = [
    ...concerning(rules.relations, compiled.relations),
    ...concerning(rules.allows, compiled.allows),
  ].map(({ when }) => when);

  const condition = fold(
    {
      kind: 'all',
      of: [
        ...(rules.tenant === null ? [] : [tenantCondition(rules.tenant)]),
        ...denies,
        isGranted ? always : { kind: 'any', of: allows },
      ],
    },
    principal,
  );
  if (condition.kind !== 'constant') return { kind: 'where', condition };
  return { kind: condition.value ? 'always' : 'never' };
}

/** Whether a record is among those. */
export function matchesFilter(filter: Filter, resource: object): boolean {
  if (filter.kind !== 'where') return filter.kind === 'always';
  return compileCondition(filter.condition)(noPrincipal, resource);
}

const noPrincipal = { userId: '', tenantId: '', attributes: nothing, nowMs: 0 };
const always: Condition = { kind: 'constant', value: true };
const never: Condition = { kind: 'constant', value: false };

/**
 * Puts in what is known of the principal. What cannot be certainly true is as good as false, for there is no negation above
 * it.
 */
function fold(condition: Condition, principal: Principal): Condition {
  switch (condition.kind) {
    case 'constant':
      return condition;
    case 'all':
    case 'any': {
      const isAll = condition.kind === 'all';
      const parts = condition.of.map((part) => fold(part, principal));
      if (parts.some((part) => part.kind === 'constant' && part.value !== isAll))
        return isAll ? never : always;
      const rest = parts
        .filter((part) => part.kind !== 'constant')
        .flatMap((part) => (part.kind === condition.kind ? part.of : [part]));
      const [only, ...more] = rest;
      if (only === undefined) return isAll ? always : never;
      return more.length === 0 ? only : { kind: condition.kind, of: rest };
    }
    case 'missing': {
      const term = resolve(condition.term, principal);
      if (term !== null && readsRecord(term)) return { ...condition, term };
      return (term === null) !== condition.isNegated ? always : never;
    }
    case 'compare': {
      const left = resolve(condition.left, principal);
      const right = resolve(condition.right, principal);
      if (left === null || right === null) return never;
      return decideOrKeep({ ...condition, left, right }, readsRecord(left) || readsRecord(right));
    }
    case 'contains': {
      const list = resolve(condition.list, principal);
      const item = resolve(condition.item, principal);
      if (list === null || item === null) return never;
      const known = onlyTyped(list, item);
      // What is of another type might be the very thing that is looked for.
      if (condition.isNegated && known !== list) return never;
      return decideOrKeep({ ...condition, list: known, item }, readsRecord(list) || readsRecord(item));
    }
  }
}

/** A list that is known, without what cannot be in a list of that type. */
function onlyTyped(list: Term, item: Term): Term {
  if (list.kind !== 'literal') return list;
  const values = list.value as readonly (string | number)[];
  const readItem = readerOfKind(item.type);
  const typed = values.filter((value) => readItem(value) !== undefined);
  return typed.length === values.length ? list : { ...list, value: typed };
}

function decideOrKeep(condition: Condition, readsTheRecord: boolean): Condition {
  if (readsTheRecord) return condition;
  return compileCondition(condition)(noPrincipal, nothing) ? always : never;
}

/** The term with what is known put in; `null` where that is absent. */
function resolve(term: Term, principal: Principal): Term | null {
  if (term.kind === 'shifted') {
    const date = resolve(term.date, principal);
    const days = resolve(term.days, principal);
    if (date === null || days === null) return null;
    const shifted: Term = { ...term, date, days };
    return readsRecord(shifted) ? shifted : toLiteral(shifted, principal);
  }
  return term.kind === 'resource' || term.kind === 'literal' ? term : toLiteral(term, principal);
}

function toLiteral(term: Term, principal: Principal): Term | null {
  const value: Known | undefined = compileTerm(term)(principal, nothing);
  return value === undefined ? null : { kind: 'literal', type: term.type, value };
}

function readsRecord(term: Term): boolean {
  if (term.kind === 'shifted') return readsRecord(term.date) || readsRecord(term.days);
  return term.kind === 'resource';
}
