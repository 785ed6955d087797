import { type BaseKind, type Known, readDateMs, readerOfKind } from './attributes.js';
import type { Condition, Operator, Term } from './conditions.js';
import type { Facts } from './principal.js';

/** Whether something is certainly true of a principal and a record. */
export type Test = (principal: Facts, resource: object) => boolean;

type Read = (principal: Facts, resource: object) => Known | undefined;

/** How long the days of {@link Term} are. */
export const dayMs = 86_400_000;

/** More days than any date has before or after it. More than these count as so many, so that no sum becomes infinite. */
export const maxDays = 1e9;

/** A function that says whether the condition is certainly true. It allocates nothing. */
export function compileCondition(condition: Condition): Test {
  switch (condition.kind) {
    case 'constant': {
      const { value } = condition;
      return () => value;
    }
    case 'all':
      return join(condition.of.map(compileCondition), and, true);
    case 'any':
      return join(condition.of.map(compileCondition), or, false);
    case 'missing': {
      const read = compileTerm(condition.term);
      const { isNegated } = condition;
      return (principal, resource) => (read(principal, resource) === undefined) !== isNegated;
    }
    case 'compare':
      return compareBy(condition.operator, compileTerm(condition.left), compileTerm(condition.right));
    case 'contains': {
      const list = compileTerm(condition.list);
      const item = compileTerm(condition.item);
      return condition.isNegated ? lacks(list, item, condition.item.type) : holds(list, item);
    }
  }
}

/** What the term is of a principal and a record, or `undefined`. */
export function compileTerm(term: Term): Read {
  switch (term.kind) {
    case 'literal': {
      const { value } = term;
      return () => value;
    }
    case 'now':
      return (principal) => principal.nowMs;
    case 'user': {
      if (term.attribute === 'id') return (principal) => readId(principal.userId);
      if (term.attribute === 'tenantId') return (principal) => readId(principal.tenantId);
      const read = readerOfKind(term.type);
      const { attribute } = term;
      return (principal) => read((principal.attributes as Record<string, unknown>)[attribute]);
    }
    case 'resource': {
      const read = readerOfKind(term.type);
      const { attribute } = term;
      return (_principal, resource) => read((resource as Record<string, unknown>)[attribute]);
    }
    case 'shifted': {
      const date = compileTerm(term.date);
      const days = compileTerm(term.days);
      const sign = term.isBack ? -dayMs : dayMs;
      return (principal, resource) => {
        const from = date(principal, resource);
        const count = days(principal, resource);
        if (from === undefined || count === undefined) return undefined;
        const shift = sign * Math.max(-maxDays, Math.min(count as number, maxDays));
        return readDateMs(Math.round((from as number) + shift));
      };
    }
  }
}

/** Nobody and no tenant must not be the same as the nobody and no tenant of a record. */
function readId(id: unknown): string | undefined {
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function join(tests: readonly Test[], both: typeof and, ofNone: boolean): Test {
  const last = tests.at(-1) ?? (() => ofNone);
  return tests.slice(0, -1).reduceRight((rest, test) => both(test, rest), last);
}

function and(first: Test, second: Test): Test {
  return (principal, resource) => first(principal, resource) && second(principal, resource);
}

function or(first: Test, second: Test): Test {
  return (principal, resource) => first(principal, resource) || second(principal, resource);
}

// One function an operator, so that each call site stays of one shape.
function compareBy(operator: Operator, left: Read, right: Read): Test {
  switch (operator) {
    case 'equals':
      return (principal, resource) => {
        const a = left(principal, resource);
        return a !== undefined && a === right(principal, resource);
      };
    case 'differs':
      return (principal, resource) => {
        const a = left(principal, resource);
        const b = right(principal, resource);
        return a !== undefined && b !== undefined && a !== b;
      };
    // A comparison with `undefined` is false by itself.
    case 'below':
      return (principal, resource) =>
        (left(principal, resource) as number) < (right(principal, resource) as number);
    case 'atMost':
      return (principal, resource) =>
        (left(principal, resource) as number) <= (right(principal, resource) as number);
    case 'above':
      return (principal, resource) =>
        (left(principal, resource) as number) > (right(principal, resource) as number);
    case 'atLeast':
      return (principal, resource) =>
        (left(principal, resource) as number) >= (right(principal, resource) as number);
  }
}

function holds(list: Read, item: Read): Test {
  return (principal, resource) => {
    const values = list(principal, resource) as readonly Known[] | undefined;
    const wanted = item(principal, resource);
    return values !== undefined && wanted !== undefined && values.includes(wanted);
  };
}

function lacks(list: Read, item: Read, type: BaseKind): Test {
  const readItem = readerOfKind(type);
  return (principal, resource) => {
    const values = list(principal, resource) as readonly Known[] | undefined;
    const wanted = item(principal, resource);
    if (values === undefined || wanted === undefined) return false;
    // Something absent, or of another type, might be the very thing that is looked for.
    for (const value of values) if (value === wanted || readItem(value) === undefined) return false;
    return true;
  };
}
