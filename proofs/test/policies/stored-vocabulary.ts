import fc from 'fast-check';
import type { Kinds } from '../authorization/policy-sketch.js';
import type { People } from '../authorization/random-policy.js';
import type { Vocabulary } from '../authorization/vocabulary.js';
import { recordKinds } from './columns.js';

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
const storableTexts = texts.filter((text) => text !== '\0' && text !== 'ada\ud800').concat('draft');
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

const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const listOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(value, { maxLength: 3 });

/** A quarter is absent. */
export const orAbsent = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) });

const user: Kinds = {
  name: 'string',
  uid: 'string',
  tier: ['free', 'pro'],
  level: 'number',
  span: 'number',
  isFlagged: 'boolean',
  joinedAt: 'date',
  teams: 'string[]',
  levels: 'number[]',
};

/** Users with what their attributes are, and with what they should not be. */
const attributes = fc.record({
  name: orAbsent(fc.oneof(oneOf<unknown>(texts), fc.constant(7))),
  uid: orAbsent(oneOf(texts)),
  tier: orAbsent(oneOf(['free', 'pro', 'Pro'])),
  level: orAbsent(fc.oneof(oneOf<unknown>([...numbers, Number.NaN, Infinity]), fc.constant('1'))),
  span: orAbsent(oneOf(dayCounts)),
  isFlagged: orAbsent(fc.oneof(fc.boolean(), fc.constant('true'))),
  joinedAt: orAbsent(oneOf([...dates, new Date(Number.NaN)])),
  teams: orAbsent(listOf(fc.oneof(orAbsent(oneOf(texts)), fc.constant(1)))),
  levels: orAbsent(listOf(fc.oneof(orAbsent(oneOf([...numbers, Number.NaN, Infinity])), fc.constant('1')))),
});

const resource = {
  actions: ['read', 'create', 'edit', 'delete'],
  attributes: recordKinds,
  tenant: [null, null, null, null, 'orgId', 'orgId', 'uid'],
} as const;

/** Names and values of an app whose records are in Postgres. Of `notes` there is no table: they are there to be mistaken for. */
export const storedVocabulary: Vocabulary = {
  user,
  resources: {
    records: {
      ...resource,
      relations: [
        {},
        { owner: 'ownerId', team: 'teamIds' },
        { owner: 'ownerId', team: 'teamIds' },
        { owner: 'uid', team: 'label' },
        { team: 'teamIds' },
      ],
    },
    notes: { ...resource, actions: ['read'], relations: [{}, { owner: 'ownerId' }] },
  },
  roles: ['auditor', 'boss', 'clerk', 'driver'],
  literals: {
    string: oneOf(storableTexts),
    number: oneOf(numbers),
    boolean: fc.boolean(),
    date: oneOf(dates),
    'string[]': listOf(oneOf(storableTexts)),
    'number[]': listOf(oneOf(numbers)),
  },
  days: oneOf(dayCounts),
};

export const people: People = {
  userId: fc.oneof(
    { weight: 2, arbitrary: oneOf(['ada', 'bob', 'pro']) },
    { weight: 1, arbitrary: oneOf(texts) },
  ),
  tenantId: oneOf(['acme', 'acme', 'acme', 'acme', '', '\0', ...texts.slice(-2)]),
  attributes,
  now: oneOf(dates.slice(0, 3)),
};
