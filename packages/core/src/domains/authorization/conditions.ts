import type { BaseKind, Known } from './attributes.js';

/** Something that a condition looks at. */
export type Term =
  | { readonly kind: 'literal'; readonly type: BaseKind; readonly value: Known }
  | { readonly kind: 'user' | 'resource'; readonly type: BaseKind; readonly attribute: string }
  | { readonly kind: 'now'; readonly type: 'date' }
  /** A date so many days of 24 hours later; earlier when the number is negative. */
  | {
      readonly kind: 'shifted';
      readonly type: 'date';
      readonly date: Term;
      readonly days: Term;
      readonly isBack: boolean;
    };

/** How two values are compared. */
export type Operator = 'equals' | 'differs' | 'below' | 'atMost' | 'above' | 'atLeast';

/**
 * A condition as data. Its logic has three values, as that of SQL: what is compared with something absent is neither true nor
 * false.
 */
export type Condition =
  | { readonly kind: 'compare'; readonly operator: Operator; readonly left: Term; readonly right: Term }
  /** Whether `list` holds `item`, or with `isNegated` whether it does not. */
  | { readonly kind: 'contains'; readonly list: Term; readonly item: Term; readonly isNegated: boolean }
  /** Whether there is no value, or with `isNegated` whether there is one. Always true or false. */
  | { readonly kind: 'missing'; readonly term: Term; readonly isNegated: boolean }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'constant'; readonly value: boolean };

const opposites: Readonly<Record<Operator, Operator>> = {
  equals: 'differs',
  differs: 'equals',
  below: 'atLeast',
  atLeast: 'below',
  above: 'atMost',
  atMost: 'above',
};

/**
 * The condition that is true where this one is false, and unknown where it is.
 *
 * Negation goes to the leaves, so there is none in the tree. In such a tree, “not certainly true” may be counted as false
 * everywhere: whether the whole is true stays the same. That is why two values are enough to evaluate it.
 */
export function negate(condition: Condition): Condition {
  switch (condition.kind) {
    case 'compare':
      return { ...condition, operator: opposites[condition.operator] };
    case 'contains':
    case 'missing':
      return { ...condition, isNegated: !condition.isNegated };
    case 'constant':
      return { ...condition, value: !condition.value };
    case 'all':
    case 'any':
      return { kind: condition.kind === 'all' ? 'any' : 'all', of: condition.of.map(negate) };
  }
}

/** Every term of a condition that stands for a value: literals, attributes and `now`. */
export function listTerms(condition: Condition): readonly Term[] {
  switch (condition.kind) {
    case 'compare':
      return [...spread(condition.left), ...spread(condition.right)];
    case 'contains':
      return [...spread(condition.list), ...spread(condition.item)];
    case 'missing':
      return spread(condition.term);
    case 'constant':
      return [];
    case 'all':
    case 'any':
      return condition.of.flatMap(listTerms);
  }
}

function spread(term: Term): readonly Term[] {
  return term.kind === 'shifted' ? [...spread(term.date), ...spread(term.days)] : [term];
}

/** The record is of the principal's tenant. */
export function tenantCondition(attribute: string): Condition {
  return {
    kind: 'compare',
    operator: 'equals',
    left: { kind: 'resource', type: 'string', attribute },
    right: { kind: 'user', type: 'string', attribute: 'tenantId' },
  };
}
