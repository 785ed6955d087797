import { definePolicy, type Policy, type Principal } from '@tessera-auth/core/authorization';
import fc from 'fast-check';

/** A policy, somebody, and rows, at random. */
export interface Scenario {
  readonly policy: Policy;
  readonly principal: Principal;
  /** The rows as text, in the order of {@link columns}. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What a `numeric` may be, and rounds to infinity or to zero. */
const beyondDoubles = [`1${'0'.repeat(400)}`, `-0.${'0'.repeat(400)}1`];

/** The columns of the table: attribute, column, type in the database, and some of its values. */
export const columns = [
  ['ownerId', 'owner_id', 'text', ['ada', 'bob', '', "o'neil\\", 'null', 'Ada']],
  ['orgId', 'org_id', 'text', ['acme', 'acme', 'acme', 'globex', '']],
  [
    'teamIds',
    'team_ids',
    'text[]',
    ['{}', '{ada}', '{ada,bob}', '{NULL}', '{bob,NULL}', '{{ada},{bob}}', '{""}'],
  ],
  ['label', 'label', 'varchar(20)', ['free', 'pro', 'ada', 'Pro', 'pro ']],
  ['uid', 'uid', 'uuid', ['6f1c9a52-0000-4000-8000-000000000001', '6f1c9a52-0000-4000-8000-000000000002']],
  [
    'score',
    'score',
    'float8',
    ['0', '-0', '1', '1.5', '0.1', '1e308', '5e-324', 'NaN', 'Infinity', '-Infinity'],
  ],
  ['count', 'count', 'int4', ['0', '1', '2', '-3', '2147483647']],
  ['big', 'big', 'int8', ['0', '1', '9007199254740991', '9007199254740993', '-9223372036854775808']],
  [
    'amount',
    'amount',
    'numeric',
    ['0', '1', '1.50', '0.1', '0.10000000000000001', 'NaN', 'Infinity', ...beyondDoubles],
  ],
  ['ratio', 'ratio', 'real', ['0.1', '1', '1.5', 'NaN', '16777217']],
  ['flag', 'flag', 'boolean', ['true', 'false']],
  ['madeAt', 'made_at', 'timestamptz', instants()],
  ['endsAt', 'ends_at', 'timestamptz', instants()],
  ['days', 'days', 'float8', ['0', '1', '-1', '0.5', '3', '1e300', 'NaN']],
  ['scores', 'scores', 'float8[]', ['{}', '{1}', '{1,NULL}', '{0.1,1.5}', '{NaN}', '{{1}}', '{Infinity}']],
  [
    'amounts',
    'amounts',
    'numeric[]',
    ['{}', '{1}', '{1,NULL}', '{0.1,1.50}', '{NaN}', '{{1}}', '{Infinity}', `{${beyondDoubles}}`],
  ],
] as const;

function instants(): readonly string[] {
  return [
    '2026-01-01 00:00:00+00',
    '2026-01-01 00:00:00.0004+00',
    '2025-12-31 23:59:59.9995+00',
    '2025-12-31 00:00:00+00',
    '2026-01-02 00:00:00.001+00',
    '1969-12-31 23:59:59.9999+00',
    '0099-05-05 00:00:00+00',
    '4714-11-24 00:00:00+00 BC',
    '275760-09-13 00:00:00.000999+00',
    '290000-01-01 00:00:00+00',
    'infinity',
    '-infinity',
  ];
}

/** How the columns are named to the adapter. */
export const columnNames = {
  naming: 'snake_case',
  columns: {
    label: { column: 'label', type: 'as_text' },
    uid: { column: 'uid', type: 'uuid' },
    count: { column: 'count', type: 'integer' },
    big: { column: 'big', type: 'integer' },
    amount: { column: 'amount', type: 'numeric' },
    ratio: { column: 'ratio', type: 'real' },
    amounts: { column: 'amounts', type: 'numeric' },
  },
} as const;

const attributes = {
  ownerId: 'string',
  orgId: 'string',
  teamIds: 'string[]',
  label: 'string',
  uid: 'string',
  score: 'number',
  count: 'number',
  big: 'number',
  amount: 'number',
  ratio: 'number',
  flag: 'boolean',
  madeAt: 'date',
  endsAt: 'date',
  days: 'number',
  scores: 'number[]',
  amounts: 'number[]',
} as const;

const userKinds = {
  name: 'string',
  uid: 'string',
  level: 'number',
  span: 'number',
  isFlagged: 'boolean',
  joinedAt: 'date',
  teams: 'string[]',
  levels: 'number[]',
} as const;

const texts = [
  'ada',
  'bob',
  '',
  "o'neil\\",
  'pro',
  'Pro',
  'null',
  '\0',
  'ada\ud800',
  '$tessera$',
  '{ada}',
  '6f1c9a52-0000-4000-8000-000000000001',
  '6F1C9A52-0000-4000-8000-000000000001',
];
/** Rules stand in the definitions of the database, which cannot hold every text. */
const storableTexts = texts.filter((text) => text !== '\0' && text !== 'ada\ud800');
const numbers = [0, 1, 2, -3, 1.5, 0.1, 5e-324, 1e308, 9007199254740991, 9007199254740992, 16777216, -0];
const dates = [
  '2026-01-01',
  '2025-12-31',
  '1969-12-31T23:59:59.999Z',
  '0099-05-05',
  '-004713-11-24',
  '-009999-01-01',
  '+275760-09-13',
  '+200000-01-01',
].map((text) => new Date(text));
const dayCounts = [0, 1, -1, 0.5, 3, 1 / 3, 1e-8, 1e300, -1e12, 36_500];

/** A quarter is absent. */
const orAbsent = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) });
const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

// biome-ignore lint/suspicious/noExplicitAny: terms of whatever kind was drawn.
type Any = any;
type Build = (facts: { readonly user: Any; readonly resource: Any; readonly now: Any }) => Any;

const namesOf = (kinds: object, kind: string): string[] =>
  Object.entries(kinds).flatMap(([name, given]) => (given === kind ? [name] : []));

const term = (kind: string): fc.Arbitrary<Build> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: oneOf(namesOf(attributes, kind)).map(
        (name): Build =>
          ({ resource }) =>
            resource[name],
      ),
    },
    {
      weight: 1,
      arbitrary: oneOf(namesOf(userKinds, kind)).map(
        (name): Build =>
          ({ user }) =>
            user[name],
      ),
    },
  );
const literal = (values: readonly unknown[]): fc.Arbitrary<Build> =>
  oneOf(values).map(
    (value): Build =>
      () =>
        value,
  );
const termOr = (kind: string, values: readonly unknown[]): fc.Arbitrary<Build> =>
  fc.oneof(term(kind), literal(values));
const idTerm: fc.Arbitrary<Build> = fc.oneof(
  term('string'),
  fc.constant<Build>(({ user }) => user.id),
);
const day = termOr('number', dayCounts);
const date: fc.Arbitrary<Build> = fc
  .tuple(
    fc.oneof(
      term('date'),
      fc.constant<Build>(({ now }) => now),
    ),
    fc.array(fc.tuple(oneOf(['plusDays', 'minusDays']), day), { maxLength: 2 }),
  )
  .map(
    ([from, shifts]): Build =>
      (facts) =>
        shifts.reduce((at: Any, [how, days]) => at[how](days(facts)), from(facts)),
  );

const call = (
  left: fc.Arbitrary<Build>,
  methods: readonly string[],
  right: fc.Arbitrary<Build>,
): fc.Arbitrary<Build> =>
  fc.tuple(left, oneOf(methods), right).map(
    ([a, method, b]): Build =>
      (facts) =>
        a(facts)[method](b(facts)),
  );

const leaf: fc.Arbitrary<Build> = fc.oneof(
  call(idTerm, ['equals', 'differs'], fc.oneof(idTerm, literal(storableTexts))),
  call(
    idTerm,
    ['isOneOf'],
    fc.oneof(
      term('string[]'),
      fc.array(oneOf(storableTexts), { maxLength: 3 }).map(
        (list): Build =>
          () =>
            list,
      ),
    ),
  ),
  call(term('string[]'), ['includes'], fc.oneof(idTerm, literal(storableTexts))),
  call(
    term('number'),
    ['equals', 'differs', 'isBelow', 'isAtMost', 'isAbove', 'isAtLeast'],
    termOr('number', numbers),
  ),
  call(
    term('number'),
    ['isOneOf'],
    fc.oneof(
      term('number[]'),
      fc.array(oneOf(numbers), { maxLength: 3 }).map(
        (list): Build =>
          () =>
            list,
      ),
    ),
  ),
  call(term('number[]'), ['includes'], termOr('number', numbers)),
  call(term('boolean'), ['equals', 'differs'], termOr('boolean', [true, false])),
  call(date, ['equals', 'differs', 'isBefore', 'isAfter'], fc.oneof(date, literal(dates))),
  fc.oneof(...['string', 'number', 'boolean', 'date', 'string[]', 'number[]'].map(term), date).map(
    (given): Build =>
      (facts) =>
        given(facts).isMissing(),
  ),
);

const condition: fc.Arbitrary<Build> = fc.letrec<{ tree: Build }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    tie('tree').map(
      (part): Build =>
        (facts) =>
          part(facts).not(),
    ),
    fc.tuple(oneOf(['and', 'or']), tie('tree'), tie('tree')).map(
      ([how, a, b]): Build =>
        (facts) =>
          a(facts)[how](b(facts)),
    ),
  ),
})).tree;

const roles = ['reader', 'writer', 'boss'] as const;
const grants = ['read', 'create', 'edit', 'delete', '*'].flatMap((action) =>
  ['', '@owner', '@team'].map((relation) => `records:${action}${relation}`),
);
const rule = fc.record({
  effect: fc.constantFrom('allow', 'deny'),
  to: fc.subarray(['records:read', 'records:create', 'records:edit', 'records:delete'], { minLength: 1 }),
  roles: fc.option(fc.subarray([...roles], { minLength: 1 }), { freq: 2 }),
  when: condition,
});

const user = fc.record({
  name: orAbsent(fc.oneof(oneOf<unknown>(texts), fc.constant(7))),
  uid: orAbsent(oneOf(texts)),
  level: orAbsent(fc.oneof(oneOf<unknown>([...numbers, Number.NaN, Infinity]), fc.constant('1'))),
  span: orAbsent(oneOf(dayCounts)),
  isFlagged: orAbsent(fc.oneof(fc.boolean(), fc.constant('true'))),
  joinedAt: orAbsent(oneOf([...dates, new Date(Number.NaN)])),
  teams: orAbsent(fc.array(fc.oneof(orAbsent(oneOf(texts)), fc.constant(1)), { maxLength: 3 })),
  levels: orAbsent(
    fc.array(fc.oneof(orAbsent(oneOf([...numbers, Number.NaN, Infinity])), fc.constant('1')), {
      maxLength: 3,
    }),
  ),
});

/** Any of them. */
export const anyScenario: fc.Arbitrary<Scenario> = fc
  .record({
    isTenanted: fc.boolean(),
    can: fc.tuple(...roles.map(() => fc.subarray(grants, { maxLength: 4 }))),
    rules: fc.array(rule, { maxLength: 4 }),
    held: fc.subarray([...roles]),
    userId: oneOf(texts),
    tenantId: fc.constantFrom('acme', 'acme', '', '\0'),
    user,
    now: oneOf(dates.slice(0, 3)),
    rows: fc.array(fc.tuple(...columns.map(([, , , values]) => orAbsent(oneOf<string>(values)))), {
      minLength: 40,
      maxLength: 40,
    }),
  })
  .map(({ isTenanted, can, rules, held, userId, tenantId, user: facts, now, rows }) => {
    const policy = definePolicy({
      user: userKinds,
      resources: {
        records: {
          actions: ['read', 'create', 'edit', 'delete'],
          attributes,
          relations: { owner: 'ownerId', team: 'teamIds' },
          ...(isTenanted ? { tenant: 'orgId' } : {}),
        },
      },
      roles: Object.fromEntries(roles.map((role, index) => [role, { can: can[index] }])) as Any,
      rules: (make: Any) =>
        rules.map(({ effect, to, roles: names, when }, index) =>
          make[effect](`rule ${index}`, { to, when, ...(names === null ? {} : { for: names }) }),
        ),
    } as Any) as unknown as Policy;
    const principal = policy.principal({ userId, tenantId, roles: held, attributes: facts, now } as Any);
    return { policy, principal, rows };
  });
