import fc from 'fast-check';
import {
  actions,
  type Expression,
  type Operand,
  type PolicySketch,
  type RuleSketch,
  recordKinds,
  userKinds,
} from './policy-sketch.js';
import type { AnyRecord, Asker } from './reference.js';

const resources = ['files', 'notes'] as const;
const relations = { owner: 'owner', watcher: 'watchers' } as const;
const roles = ['auditor', 'boss', 'clerk', 'driver', 'editor'] as const;
const instants = [0, 1, 2, 3].map((day) => new Date(Date.UTC(2026, 0, 1 + day)));

/** Few values of each kind, so that they often meet. */
const values = {
  string: fc.constantFrom('u1', 'u2', 't1', 't2', ''),
  number: fc.constantFrom(0, -0, 1, 2, 2.5, -1, 100_000_000),
  boolean: fc.boolean(),
  date: fc.constantFrom(...instants),
  'string[]': fc.array(fc.constantFrom('u1', 'u2', 't1'), { maxLength: 3 }),
  'number[]': fc.array(fc.constantFrom(0, 1, 2), { maxLength: 3 }),
};
type Kind = keyof typeof values;

/** What is no value of the kind, or has gaps. */
const oddities: Readonly<Record<Kind, readonly unknown[]>> = {
  string: [1, new String('u1'), ['u1'], {}],
  number: [Number.NaN, Number.POSITIVE_INFINITY, '1', true],
  boolean: ['true', 1, 0],
  date: [new Date(Number.NaN), '2026-01-01', instants[0]?.getTime()],
  'string[]': [['u1', null], [undefined], [1, 'u1'], new Array(2), 'u1'],
  'number[]': [[1, undefined], [Number.NaN], [1, 'u1'], new Array(2), 1],
};

/** A quarter of it absent, and some of it odd. */
function attributesOf(kinds: typeof recordKinds | typeof userKinds): fc.Arbitrary<AnyRecord> {
  const fields = Object.entries<Kind | readonly [string, ...string[]]>(kinds).map(([name, kind]) => {
    const value: fc.Arbitrary<unknown> =
      typeof kind === 'string' ? values[kind] : fc.constantFrom<string>(...kind);
    const any = fc.oneof(
      { weight: 8, arbitrary: value },
      { weight: 3, arbitrary: fc.constantFrom(null, undefined) },
      { weight: 1, arbitrary: fc.constantFrom(...oddities[typeof kind === 'string' ? kind : 'string']) },
    );
    return [name, any] as const;
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

export const records = attributesOf(recordKinds);

const grants = fc.constantFrom(
  ...['*', 'auth:users:read', 'auth:roles:*'],
  ...resources.flatMap((name) => [...actions, '*'].map((action) => `${name}:${action}`)),
);
// Relations are not in every policy, so that grants over them are drawn where it is known.
const relationGrants = (sketch: Pick<PolicySketch, 'resources'>) =>
  Object.entries(sketch.resources).flatMap(([name, one]) =>
    Object.keys(one.relations).flatMap((relation) =>
      [...actions, '*'].map((action) => `${name}:${action}@${relation}`),
    ),
  );
const grantsIn = (sketch: Pick<PolicySketch, 'resources'>): fc.Arbitrary<string> => {
  const over = relationGrants(sketch);
  return over.length === 0 ? grants : fc.oneof(grants, fc.constantFrom(...over));
};

const attributesOfKind = (kind: Kind): readonly Operand[] => [
  ...Object.entries(recordKinds)
    .filter(([, one]) => one === kind || (kind === 'string' && typeof one === 'object'))
    .map(([name]) => ({ of: 'record', name }) as const),
  ...Object.entries({ ...userKinds, id: 'string', tenantId: 'string' })
    .filter(([, one]) => one === kind || (kind === 'string' && typeof one === 'object'))
    .map(([name]) => ({ of: 'user', name }) as const),
];

/** Something to ask about; literals can only be asked for. */
function subjects(kind: Kind): fc.Arbitrary<Operand> {
  const attributes = fc.constantFrom(...attributesOfKind(kind));
  if (kind !== 'date') return attributes;
  const shifted = fc.record({
    date: fc.oneof(attributes, fc.constant('now' as const)),
    days: operands('number'),
    back: fc.boolean(),
  });
  return fc.oneof(attributes, attributes, fc.constant('now' as const), shifted);
}

function operands(kind: Kind): fc.Arbitrary<Operand> {
  const literals = values[kind].map((value: unknown) => ({ value }));
  return fc.oneof(subjects(kind), literals);
}

const asked = (kind: Kind, asks: readonly string[], than?: Kind): fc.Arbitrary<Expression> =>
  fc.record({
    ask: fc.constantFrom(...asks),
    about: subjects(kind),
    ...(than === undefined ? {} : { than: operands(than) }),
  });

const questions = fc.oneof(
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

const expressions = fc.letrec<{ node: Expression }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    questions,
    fc.record({ not: tie('node') }),
    fc.record({ and: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
  ),
})).node;

const ruleOf = (effect: RuleSketch['effect']): fc.Arbitrary<RuleSketch> =>
  fc.constantFrom(...resources).chain((resource) => {
    const targets = fc.constantFrom(...[...actions, '*'].map((action) => `${resource}:${action}`));
    const some = fc.subarray<string>([...roles], { minLength: 1, maxLength: 2 });
    return fc.oneof(
      fc.record<RuleSketch>({
        effect: fc.constant(effect),
        to: fc.array(targets, { minLength: 1, maxLength: 2 }),
        for: fc.option(some),
        when: expressions,
      }),
      fc.record<RuleSketch>({
        effect: fc.constant(effect),
        to: fc.array(targets, { minLength: 1, maxLength: 1 }),
        for: some,
        when: fc.constant(null),
      }),
    );
  });

/** Policies of a few roles, each with parents that stand anywhere in the definition. */
export const policies: fc.Arbitrary<PolicySketch> = fc
  .record({
    files: fc.record({
      hasTenant: fc.boolean(),
      relations: fc.constantFrom({}, relations, { owner: 'owner' } as const),
    }),
    notes: fc.record({
      hasTenant: fc.boolean(),
      relations: fc.constantFrom({}, relations, { reader: 'watchers' } as const),
    }),
  })
  .chain((resources) =>
    fc.record<PolicySketch>({
      resources: fc.constant(resources),
      roles: rolesIn({ resources }),
      matrix: matrixIn({ resources }),
      rules: fc
        .record({
          allows: fc.array(ruleOf('allow'), { maxLength: 3 }),
          denies: fc.array(ruleOf('deny'), { maxLength: 2 }),
          isReversed: fc.boolean(),
        })
        .map(({ allows, denies, isReversed }) =>
          isReversed ? [...denies, ...allows] : [...allows, ...denies],
        ),
    }),
  );

function rolesIn(sketch: Pick<PolicySketch, 'resources'>): fc.Arbitrary<PolicySketch['roles']> {
  const can = fc.array(grantsIn(sketch), { maxLength: 2 });
  return fc
    .tuple(
      fc.shuffledSubarray<string>([...roles], { minLength: roles.length }),
      fc.array(fc.record({ can, bits: fc.nat(31) }), { minLength: roles.length, maxLength: roles.length }),
      fc.shuffledSubarray<string>([...roles], { minLength: roles.length }),
    )
    .map(([rank, given, order]) => {
      // Parents come earlier in the rank, so that there is no circle.
      const inheritsOf = (role: string, bits: number) =>
        rank.slice(0, rank.indexOf(role)).filter((_parent, at) => (bits & (bits >> 1) & (1 << at)) !== 0);
      const entries = order.map((role, at) => {
        const { can: own, bits } = given[at] as (typeof given)[number];
        return [role, { inherits: inheritsOf(role, bits), can: own }] as const;
      });
      return Object.fromEntries(entries);
    });
}

function matrixIn(sketch: Pick<PolicySketch, 'resources'>): fc.Arbitrary<PolicySketch['matrix']> {
  const cells = Object.entries(sketch.resources).map(([name, one]) => {
    const cell = [...actions, '*', ...Object.keys(one.relations).map((relation) => `read@${relation}`)];
    const line = fc.dictionary(
      fc.constantFrom(...roles),
      fc.array(fc.constantFrom(...cell), { maxLength: 2 }),
      {
        maxKeys: 2,
        noNullPrototype: true,
      },
    );
    return [name, line] as const;
  });
  return fc.record<PolicySketch['matrix']>(Object.fromEntries(cells));
}

/** Somebody with up to three roles, one of which the policy may not know, and perhaps with grants made at run time. */
export const askersIn = (sketch: PolicySketch): fc.Arbitrary<Asker> =>
  fc.record({
    userId: fc.constantFrom('u1', 'u2', 'u1', ''),
    tenantId: fc.constantFrom('t1', 't2', 't1', ''),
    roles: fc.subarray<string>([...roles, 'stranger', '__proto__'], { maxLength: 3 }),
    grants: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(grantsIn(sketch), { minLength: 1, maxLength: 2 }) },
    ),
    attributes: attributesOf(userKinds),
    now: fc.constantFrom(...instants),
  });

/** Permissions of the resources above. */
export const permissions = resources.flatMap((name) => actions.map((action) => `${name}:${action}`));
