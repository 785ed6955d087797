import type { Condition, Operator, Term } from './conditions.js';

const words: Readonly<Record<Operator, string>> = {
  equals: 'is',
  differs: 'is not',
  below: 'is below',
  atMost: 'is at most',
  above: 'is above',
  atLeast: 'is at least',
};

const dateWords: Readonly<Partial<Record<Operator, string>>> = {
  below: 'is before',
  atMost: 'is not after',
  above: 'is after',
  atLeast: 'is not before',
};

/** The condition in words, such as `resource.createdAt is before now minus user.retentionDays days`. */
export function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'constant':
      return condition.value ? 'always' : 'never';
    case 'missing':
      return `${describeTerm(condition.term)} is ${condition.isNegated ? 'known' : 'missing'}`;
    case 'contains': {
      const { list, item, isNegated } = condition;
      return list.kind === 'literal'
        ? `${describeTerm(item)} is ${isNegated ? 'none' : 'one'} of ${describeTerm(list)}`
        : `${describeTerm(list)} ${isNegated ? 'does not include' : 'includes'} ${describeTerm(item)}`;
    }
    case 'compare': {
      const { operator, left, right } = condition;
      const word = (left.type === 'date' ? dateWords[operator] : undefined) ?? words[operator];
      return `${describeTerm(left)} ${word} ${describeTerm(right)}`;
    }
    case 'all':
    case 'any':
      return condition.of
        .map((part) =>
          part.kind === 'all' || part.kind === 'any'
            ? `(${describeCondition(part)})`
            : describeCondition(part),
        )
        .join(condition.kind === 'all' ? ' and ' : ' or ');
  }
}

/** A term in words, such as `user.tier`. */
export function describeTerm(term: Term): string {
  switch (term.kind) {
    case 'now':
      return 'now';
    case 'user':
    case 'resource':
      return `${term.kind}.${term.attribute}`;
    case 'shifted':
      return `${describeTerm(term.date)} ${term.isBack ? 'minus' : 'plus'} ${describeTerm(term.days)} days`;
    case 'literal':
      return term.type === 'date' ? describeInstant(term.value as number) : JSON.stringify(term.value);
  }
}

/** Days added to a date may lead to one that `Date` does not have. */
function describeInstant(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms since 1970` : date.toISOString();
}
