import fc from 'fast-check';
import type { Expression, Kind, Kinds, Operand } from './policy-sketch.js';
import type { Vocabulary } from './vocabulary.js';

/** Conditions of rules about records with these attributes, with all that can be asked. */
export function expressionsOver(vocabulary: Vocabulary, record: Kinds): fc.Arbitrary<Expression> {
  const questions = questionsOver(vocabulary, record);
  return fc.letrec<{ node: Expression }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      questions,
      fc.record({ not: tie('node') }),
      fc.record({ and: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ or: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
    ),
  })).node;
}

function questionsOver({ user, literals, days }: Vocabulary, record: Kinds): fc.Arbitrary<Expression> {
  const people: Kinds = { ...user, id: 'string', tenantId: 'string' };
  const attributesOf = (kind: Kind): readonly Operand[] =>
    ([['record', record] as const, ['user', people] as const] as const).flatMap(([of, kinds]) =>
      Object.entries(kinds)
        .filter(([, one]) => one === kind || (kind === 'string' && typeof one === 'object'))
        .map(([name]) => ({ of, name })),
    );

  /** Something to ask about; literals can only be asked for. */
  const subjects = (kind: Kind): fc.Arbitrary<Operand> => {
    const attributes = fc.constantFrom(...attributesOf(kind));
    return kind === 'date' ? datesFrom(attributes) : attributes;
  };
  const datesFrom = (attributes: fc.Arbitrary<Operand>): fc.Arbitrary<Operand> => {
    const bare = fc.oneof(
      { weight: 3, arbitrary: attributes },
      { weight: 1, arbitrary: fc.constant('now' as const) },
    );
    const number = fc.oneof(
      days.map((value) => ({ value })),
      subjects('number'),
    );
    const move = (date: fc.Arbitrary<Operand>) => fc.record({ date, days: number, back: fc.boolean() });
    const once = move(bare);
    return fc.oneof(
      { weight: 4, arbitrary: bare },
      { weight: 2, arbitrary: once },
      { weight: 1, arbitrary: move(once) },
    );
  };
  const operands = (kind: Kind): fc.Arbitrary<Operand> =>
    fc.oneof(
      subjects(kind),
      literals[kind].map((value) => ({ value })),
    );
  const asked = (kind: Kind, asks: readonly string[], than?: Kind): fc.Arbitrary<Expression> =>
    fc.record({
      ask: fc.constantFrom(...asks),
      about: subjects(kind),
      ...(than === undefined ? {} : { than: operands(than) }),
    });

  return fc.oneof(
    asked('string', ['equals', 'differs'], 'string'),
    asked('string', ['isOneOf'], 'string[]'),
    asked('number', ['equals', 'differs', 'isBelow', 'isAtMost', 'isAbove', 'isAtLeast'], 'number'),
    asked('number', ['isOneOf'], 'number[]'),
    asked('boolean', ['equals', 'differs'], 'boolean'),
    asked('boolean', ['isTrue', 'isFalse']),
    asked('date', ['equals', 'differs', 'isBefore', 'isAfter'], 'date'),
    asked('string[]', ['includes'], 'string'),
    asked('number[]', ['includes'], 'number'),
    fc
      .constantFrom<Kind>('string', 'number', 'boolean', 'date', 'string[]', 'number[]')
      .chain((kind) => asked(kind, ['isMissing'])),
  );
}
