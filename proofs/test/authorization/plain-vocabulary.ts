import fc from 'fast-check';
import type { AnyRecord, Kind, Kinds } from './policy-sketch.js';
import type { People } from './random-policy.js';
import type { ResourceChoice, Vocabulary } from './vocabulary.js';

const instants = [0, 1, 2, 3].map((day) => new Date(Date.UTC(2026, 0, 1 + day)));

/** Few values of each kind, so that they often meet. */
const literals: Readonly<Record<Kind, fc.Arbitrary<unknown>>> = {
  string: fc.constantFrom('u1', 'u2', 't1', 't2', ''),
  number: fc.constantFrom(0, -0, 1, 2, 2.5, -1, 100_000_000),
  boolean: fc.boolean(),
  date: fc.constantFrom(...instants),
  'string[]': fc.array(fc.constantFrom('u1', 'u2', 't1'), { maxLength: 3 }),
  'number[]': fc.array(fc.constantFrom(0, 1, 2), { maxLength: 3 }),
};

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
function attributesOf(kinds: Kinds): fc.Arbitrary<AnyRecord> {
  const fields = Object.entries(kinds).map(([name, kind]) => {
    const value: fc.Arbitrary<unknown> =
      typeof kind === 'string' ? literals[kind] : fc.constantFrom<string>(...kind);
    const any = fc.oneof(
      { weight: 8, arbitrary: value },
      { weight: 3, arbitrary: fc.constantFrom(null, undefined) },
      { weight: 1, arbitrary: fc.constantFrom(...oddities[typeof kind === 'string' ? kind : 'string']) },
    );
    return [name, any] as const;
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

const user: Kinds = {
  tier: ['free', 'pro'],
  label: 'string',
  level: 'number',
  verified: 'boolean',
  since: 'date',
  teams: 'string[]',
  ranks: 'number[]',
};

const resource = {
  actions: ['read', 'write', 'close'],
  attributes: {
    owner: 'string',
    org: 'string',
    label: 'string',
    watchers: 'string[]',
    score: 'number',
    ranks: 'number[]',
    open: 'boolean',
    createdAt: 'date',
    dueAt: 'date',
    stage: ['draft', 'final'],
  },
  tenant: [null, 'org'],
} as const satisfies Partial<ResourceChoice>;
const relations = { owner: 'owner', watcher: 'watchers' };

/** Names and values of an app in memory. */
export const plainVocabulary: Vocabulary = {
  user,
  resources: {
    files: { ...resource, relations: [{}, relations, { owner: 'owner' }] },
    notes: { ...resource, relations: [{}, relations, { reader: 'watchers' }] },
  },
  roles: ['auditor', 'boss', 'clerk', 'driver', 'editor'],
  literals,
  days: literals.number,
};

export const records: fc.Arbitrary<AnyRecord> = attributesOf(resource.attributes);

export const people: People = {
  userId: fc.constantFrom('u1', 'u2', 'u1', ''),
  tenantId: fc.constantFrom('t1', 't2', 't1', ''),
  attributes: attributesOf(user),
  now: fc.constantFrom(...instants),
};
