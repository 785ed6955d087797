import type { AttributeKind, AttributeKinds, BaseKind, Known } from './attributes.js';
import { readerOfKind, requireKind } from './attributes.js';
import { type Condition, negate, type Operator, type Term } from './conditions.js';

/** A condition in the making. */
export interface When {
  /** It, as data. */
  readonly condition: Condition;
  /** True where this one and all the others are. */
  and(...others: readonly When[]): When;
  /** True where this one or another is. */
  or(...others: readonly When[]): When;
  /** True where this one is certainly false. What is unknown stays unknown. */
  not(): When;
}

interface AnyTerm {
  /** The attribute, as data. */
  readonly term: Term;
  /** There is no value. Unlike every other question, this one always has an answer. */
  isMissing(): When;
}

interface EqualityTerm<T> extends AnyTerm {
  /** The same value. */
  equals(other: T | SameTerm<T>): When;
  /** Both values are known and not the same. */
  differs(other: T | SameTerm<T>): When;
}

type SameTerm<T> = T extends Date
  ? DateTerm
  : T extends string
    ? TextTerm<string>
    : T extends number
      ? NumberTerm
      : BooleanTerm;

/** A text. */
export interface TextTerm<T extends string = string> extends EqualityTerm<T> {
  /** One of these. */
  isOneOf(values: readonly T[] | ListTerm<string>): When;
}

/** A number. */
export interface NumberTerm extends EqualityTerm<number> {
  /** One of these. */
  isOneOf(values: readonly number[] | ListTerm<number>): When;
  /** Less than. */
  isBelow(other: number | NumberTerm): When;
  /** Less than, or the same. */
  isAtMost(other: number | NumberTerm): When;
  /** More than. */
  isAbove(other: number | NumberTerm): When;
  /** More than, or the same. */
  isAtLeast(other: number | NumberTerm): When;
}

/** True or false. */
export interface BooleanTerm extends EqualityTerm<boolean> {
  /** It is true; neither false nor absent. */
  isTrue(): When;
  /** It is false; neither true nor absent. */
  isFalse(): When;
}

/** An instant, to the millisecond. */
export interface DateTerm extends EqualityTerm<Date> {
  /** Earlier than. */
  isBefore(other: Date | DateTerm): When;
  /** Later than. */
  isAfter(other: Date | DateTerm): When;
  /** So many times 24 hours later. */
  plusDays(days: number | NumberTerm): DateTerm;
  /** So many times 24 hours earlier. */
  minusDays(days: number | NumberTerm): DateTerm;
}

/** A list of texts or numbers. */
export interface ListTerm<T extends string | number> extends AnyTerm {
  /** One of its values is this one. */
  includes(value: T | SameTerm<T>): When;
}

/** The term for attributes of one kind. */
export type TermOfKind<K> = K extends 'string'
  ? TextTerm
  : K extends 'number'
    ? NumberTerm
    : K extends 'boolean'
      ? BooleanTerm
      : K extends 'date'
        ? DateTerm
        : K extends 'string[]'
          ? ListTerm<string>
          : K extends 'number[]'
            ? ListTerm<number>
            : K extends readonly (infer Name extends string)[]
              ? TextTerm<Name>
              : never;

/** A term for each attribute. */
export type Terms<A> = { readonly [Name in keyof A]: TermOfKind<A[Name]> };

/** A term of any kind, as it is at run time. */
type Built = TextTerm & NumberTerm & BooleanTerm & DateTerm & ListTerm<string>;

/** The instant of the decision. */
export const now: DateTerm = build({ kind: 'now', type: 'date' });

/** The terms for what `kinds` declares. */
export function createTerms<A extends AttributeKinds>(
  of: 'user' | 'resource',
  owner: string,
  kinds: A,
): Terms<A> {
  const terms = Object.entries<AttributeKind>(kinds).map(([attribute, kind]) => {
    const type = requireKind(owner, attribute, kind);
    return [attribute, build({ kind: of, type, attribute })] as const;
  });
  return Object.freeze(Object.assign(Object.create(null), Object.fromEntries(terms))) as Terms<A>;
}

function build(term: Term): Built {
  const { type } = term;
  const compare = (operator: Operator, operandType: BaseKind) => (other: unknown) =>
    when({ kind: 'compare', operator, left: term, right: read(other, operandType) });
  const shift = (isBack: boolean) => (days: unknown) =>
    build({ kind: 'shifted', type: 'date', date: term, days: read(days, 'number'), isBack });
  const itemType: BaseKind = type === 'number[]' ? 'number' : 'string';

  return {
    term,
    isMissing: () => when({ kind: 'missing', term, isNegated: false }),
    equals: compare('equals', type),
    differs: compare('differs', type),
    isOneOf: (values: unknown) =>
      when({
        kind: 'contains',
        list: read(values, type === 'number' ? 'number[]' : 'string[]'),
        item: term,
        isNegated: false,
      }),
    isBelow: compare('below', type),
    isAtMost: compare('atMost', type),
    isAbove: compare('above', type),
    isAtLeast: compare('atLeast', type),
    isTrue: () => compare('equals', 'boolean')(true),
    isFalse: () => compare('equals', 'boolean')(false),
    isBefore: compare('below', 'date'),
    isAfter: compare('above', 'date'),
    plusDays: shift(false),
    minusDays: shift(true),
    includes: (value: unknown) =>
      when({ kind: 'contains', list: term, item: read(value, itemType), isNegated: false }),
  };
}

function when(condition: Condition): When {
  return {
    condition,
    and: (...others) => when({ kind: 'all', of: [condition, ...others.map((other) => other.condition)] }),
    or: (...others) => when({ kind: 'any', of: [condition, ...others.map((other) => other.condition)] }),
    not: () => when(negate(condition)),
  };
}

/** A value, or a term, as a term of the kind that it is compared with. */
function read(given: unknown, type: BaseKind): Term {
  if (typeof given === 'object' && given !== null && 'term' in given) {
    const { term } = given as AnyTerm;
    if (term.type !== type) throw new TypeError(`rules: a ${type} is compared with a ${term.type}`);
    return term;
  }
  return { kind: 'literal', type, value: requireLiteral(given, type) };
}

/** Rules hold no gaps: something absent would make them silently unknown. */
function requireLiteral(given: unknown, type: BaseKind): Known {
  const value = readerOfKind(type)(given);
  if (value === undefined) throw new TypeError(`rules: expected a ${type} to compare with`);
  if (typeof value !== 'object') return value;
  const itemType = type === 'string[]' ? 'string' : 'number';
  // With `map`, what an array leaves out would stay left out.
  return Object.freeze(Array.from(value, (item) => requireLiteral(item, itemType) as string | number));
}
