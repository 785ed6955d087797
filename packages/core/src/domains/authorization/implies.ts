import { isDeepStrictEqual } from 'node:util';
import type { Condition } from './conditions.js';

/**
 * Whether `second` is certainly true wherever `first` is, and may be true wherever `first` may be: as far as the form of both
 * shows it. `false` says nothing.
 */
export function implies(first: Condition, second: Condition): boolean {
  if (second.kind === 'constant' && second.value) return true;
  if (isDeepStrictEqual(first, second)) return true;
  if (first.kind === 'any') return first.of.every((part) => implies(part, second));
  if (second.kind === 'all') return second.of.every((part) => implies(first, part));
  return (
    (first.kind === 'all' && first.of.some((part) => implies(part, second))) ||
    (second.kind === 'any' && second.of.some((part) => implies(first, part)))
  );
}

/** Whether nothing is ever certainly in it: one of no values. `false` says nothing. */
export function isNever(condition: Condition): boolean {
  switch (condition.kind) {
    case 'contains': {
      const { list, isNegated } = condition;
      return !isNegated && list.kind === 'literal' && (list.value as readonly unknown[]).length === 0;
    }
    case 'all':
      return condition.of.some(isNever);
    case 'any':
      return condition.of.every(isNever);
    case 'compare':
    case 'missing':
    case 'constant':
      return false;
  }
}
