import type { Kinds } from '../authorization/policy-sketch.js';

/** What a `numeric` may be, and rounds to infinity or to zero. */
const beyondDoubles = [`1${'0'.repeat(400)}`, `-0.${'0'.repeat(400)}1`];

/** The columns of the table: attribute, kind, column, type in the database, and some of its values. */
export const columns = [
  ['ownerId', 'string', 'owner_id', 'text', ['ada', 'bob', '', "o'neil\\", 'null', 'Ada']],
  ['orgId', 'string', 'org_id', 'text', ['acme', 'acme', 'acme', 'globex', '']],
  [
    'teamIds',
    'string[]',
    'team_ids',
    'text[]',
    ['{}', '{ada}', '{ada,bob}', '{NULL}', '{bob,NULL}', '{{ada},{bob}}', '{""}'],
  ],
  ['label', 'string', 'label', 'varchar(20)', ['free', 'pro', 'ada', 'Pro', 'pro ']],
  ['stage', ['draft', 'final'], 'stage', 'record_stage', ['draft', 'final']],
  [
    'uid',
    'string',
    'uid',
    'uuid',
    ['6f1c9a52-0000-4000-8000-000000000001', '6f1c9a52-0000-4000-8000-000000000002'],
  ],
  [
    'score',
    'number',
    'score',
    'float8',
    ['0', '-0', '1', '1.5', '0.1', '1e308', '5e-324', 'NaN', 'Infinity', '-Infinity'],
  ],
  ['count', 'number', 'count', 'int4', ['0', '1', '2', '-3', '2147483647']],
  [
    'big',
    'number',
    'big',
    'int8',
    ['0', '1', '9007199254740991', '9007199254740993', '-9223372036854775808'],
  ],
  [
    'amount',
    'number',
    'amount',
    'numeric',
    ['0', '1', '1.50', '0.1', '0.10000000000000001', 'NaN', 'Infinity', ...beyondDoubles],
  ],
  ['ratio', 'number', 'ratio', 'real', ['0.1', '1', '1.5', 'NaN', '16777217']],
  ['flag', 'boolean', 'flag', 'boolean', ['true', 'false']],
  ['madeAt', 'date', 'made_at', 'timestamptz', instants()],
  ['endsAt', 'date', 'ends_at', 'timestamptz', instants()],
  ['days', 'number', 'days', 'float8', ['0', '1', '-1', '0.5', '3', '1e300', 'NaN']],
  [
    'scores',
    'number[]',
    'scores',
    'float8[]',
    ['{}', '{1}', '{1,NULL}', '{0.1,1.5}', '{NaN}', '{{1}}', '{Infinity}'],
  ],
  [
    'amounts',
    'number[]',
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

/** The types that the table needs. */
export const typesText = `create type record_stage as enum ('draft', 'final')`;

/** The kinds of the attributes. */
export const recordKinds: Kinds = Object.fromEntries(columns.map(([attribute, kind]) => [attribute, kind]));

/** How the columns are named to the adapter. */
export const columnNames = {
  naming: 'snake_case',
  columns: {
    label: { column: 'label', type: 'as_text' },
    stage: { column: 'stage', type: 'as_text' },
    uid: { column: 'uid', type: 'uuid' },
    count: { column: 'count', type: 'integer' },
    big: { column: 'big', type: 'integer' },
    amount: { column: 'amount', type: 'numeric' },
    ratio: { column: 'ratio', type: 'real' },
    amounts: { column: 'amounts', type: 'numeric' },
  },
} as const;
