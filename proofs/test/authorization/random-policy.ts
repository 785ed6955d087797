import fc from 'fast-check';
import type { Asker, PolicySketch, ResourceSketch, RuleSketch } from './policy-sketch.js';
import { expressionsOver } from './random-expression.js';
import { listPermissions, type Vocabulary } from './vocabulary.js';

type Resources = PolicySketch['resources'];

/** Policies of all that the language has: a few roles that inherit from each other, a matrix, relations, tenants, rules. */
export function policiesOver(vocabulary: Vocabulary): fc.Arbitrary<PolicySketch> {
  const choices = Object.entries(vocabulary.resources).map(
    ([name, { relations, tenant, ...facts }]) =>
      [
        name,
        fc
          .record({ relations: fc.constantFrom(...relations), tenant: fc.constantFrom(...tenant) })
          .map((chosen): ResourceSketch => ({ ...facts, ...chosen })),
      ] as const,
  );
  const rules = rulesOver(vocabulary);
  return fc.record<Resources>(Object.fromEntries(choices)).chain((resources) =>
    fc.record({
      user: fc.constant(vocabulary.user),
      resources: fc.constant(resources),
      roles: rolesIn(resources, vocabulary.roles),
      matrix: matrixIn(resources, vocabulary.roles),
      rules,
    }),
  );
}

/** What can be granted where there are these resources: permissions, wildcards, and both over relations. */
export function grantsIn(resources: Resources): fc.Arbitrary<string> {
  const entries = Object.entries(resources);
  const permissions = listPermissions({ resources: resources as never });
  const grants = fc.constantFrom(
    ...['*', 'auth:users:read', 'auth:roles:*'],
    ...permissions,
    ...entries.map(([name]) => `${name}:*`),
  );
  const over = entries.flatMap(([name, { actions, relations }]) =>
    Object.keys(relations).flatMap((relation) =>
      [...actions, '*'].map((action) => `${name}:${action}@${relation}`),
    ),
  );
  if (over.length === 0) return grants;
  return fc.oneof({ weight: 1, arbitrary: grants }, { weight: 2, arbitrary: fc.constantFrom(...over) });
}

/** Roles with parents that stand anywhere in the definition. */
function rolesIn(resources: Resources, roles: readonly string[]): fc.Arbitrary<PolicySketch['roles']> {
  const can = fc.array(grantsIn(resources), { maxLength: 3 });
  const all = { minLength: roles.length, maxLength: roles.length };
  return fc
    .tuple(
      fc.shuffledSubarray([...roles], all),
      fc.array(fc.record({ can, isParent: fc.array(fc.boolean(), all) }), all),
      fc.shuffledSubarray([...roles], all),
    )
    .map(([rank, given, order]) => {
      // Parents come earlier in the rank, so that there is no circle.
      const inheritsOf = (role: string, isParent: readonly boolean[]) =>
        rank.slice(0, rank.indexOf(role)).filter((_parent, at) => isParent[at]);
      const entries = order.map((role, at) => {
        const { can: own, isParent } = given[at] as (typeof given)[number];
        return [role, { inherits: inheritsOf(role, isParent), can: own }] as const;
      });
      return Object.fromEntries(entries);
    });
}

function matrixIn(resources: Resources, roles: readonly string[]): fc.Arbitrary<PolicySketch['matrix']> {
  const lines = Object.entries(resources).map(([name, { actions, relations }]) => {
    const over = Object.keys(relations).flatMap((relation) =>
      [actions[0], '*'].map((action) => `${action}@${relation}`),
    );
    const cell = fc.array(fc.constantFrom(...actions, '*', ...over), { maxLength: 2 });
    return [
      name,
      fc.dictionary(fc.constantFrom(...roles), cell, { maxKeys: 3, noNullPrototype: true }),
    ] as const;
  });
  return fc.record<PolicySketch['matrix']>(Object.fromEntries(lines));
}

/** Up to three rules that allow and two that deny, in either order. */
function rulesOver(vocabulary: Vocabulary): fc.Arbitrary<readonly RuleSketch[]> {
  const ruleOf = (effect: RuleSketch['effect']): fc.Arbitrary<RuleSketch> =>
    fc.oneof(
      ...Object.entries(vocabulary.resources).map(([resource, { actions, attributes }]) => {
        const targets = fc.constantFrom(...[...actions, '*'].map((action) => `${resource}:${action}`));
        const some = fc.subarray([...vocabulary.roles], { minLength: 1, maxLength: 2 });
        const conditional = fc.record<RuleSketch>({
          effect: fc.constant(effect),
          to: fc.array(targets, { minLength: 1, maxLength: 2 }),
          for: fc.option(some, { freq: 2 }),
          when: expressionsOver(vocabulary, attributes),
        });
        const always = fc.record<RuleSketch>({
          effect: fc.constant(effect),
          to: fc.array(targets, { minLength: 1, maxLength: 1 }),
          // Nobody could do anything where a rule denies it to everybody, so the library refuses it.
          for: effect === 'deny' ? some : fc.option(some, { freq: 4 }),
          when: fc.constant(null),
        });
        const arbitrary = fc.oneof({ weight: 3, arbitrary: conditional }, { weight: 1, arbitrary: always });
        return { weight: actions.length, arbitrary };
      }),
    );
  return fc
    .record({
      allows: fc.array(ruleOf('allow'), { maxLength: 3 }),
      denies: fc.array(ruleOf('deny'), { maxLength: 2 }),
      isReversed: fc.boolean(),
    })
    .map(({ allows, denies, isReversed }) => (isReversed ? [...denies, ...allows] : [...allows, ...denies]));
}

/** What {@link Asker} is made of, besides roles and grants. */
export interface People {
  readonly userId: fc.Arbitrary<string>;
  readonly tenantId: fc.Arbitrary<string>;
  readonly attributes: fc.Arbitrary<Asker['attributes']>;
  readonly now: fc.Arbitrary<Date>;
}

/** Somebody with up to three roles, some of which the policy may not know, and perhaps with grants made at run time. */
export function askersIn({ resources, roles }: PolicySketch, people: People): fc.Arbitrary<Asker> {
  return fc.record<Asker>({
    ...people,
    roles: fc.subarray([...Object.keys(roles), 'stranger', '__proto__'], { maxLength: 3 }),
    grants: fc.oneof(fc.constant([]), fc.array(grantsIn(resources), { minLength: 1, maxLength: 2 })),
  });
}
