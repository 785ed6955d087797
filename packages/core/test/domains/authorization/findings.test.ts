import { definePolicy } from '@tessera-auth/core/authorization';
import { listFindings } from '@tessera-auth/core/authorization/findings';
import { describe, expect, it } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: rules as JavaScript would write them.
type Any = any;

const files = {
  actions: ['read', 'write', 'lock'],
  attributes: { ownerId: 'string', orgId: 'string', isHeld: 'boolean', size: 'number' },
  relations: { owner: 'ownerId' },
};
const all = { boss: { can: ['files:*'] } };
const isHeld = ({ resource }: Any) => resource.isHeld.isTrue();
const isLarge = ({ resource }: Any) => resource.size.isAbove(9);
const isHeldAndLarge = (facts: Any) => isHeld(facts).and(isLarge(facts));
const isHeldOrLarge = (facts: Any) => isHeld(facts).or(isLarge(facts));
const isOwn = ({ user, resource }: Any) => resource.ownerId.equals(user.id);

/** Of rules `[effect, name, definition]`, for writing files where nothing else is said. */
function findingsOf(
  roles: object,
  rules: readonly (readonly [string, string, object])[],
  change: object = {},
) {
  return listFindings(
    (definePolicy as Any)({
      resources: { files: { ...files, ...change } },
      roles,
      rules: (make: Any) =>
        rules.map(([effect, name, rule]) => make[effect](name, { to: 'files:write', ...rule })),
    }),
  );
}

describe('findings are', () => {
  it('permissions that nobody has, and roles that grant nothing', () => {
    const roles = { empty: {}, heir: { inherits: ['empty'] }, clerk: { can: ['files:write', 'files:read'] } };
    expect(findingsOf(roles, [])).toEqual([
      'Nobody has files:lock.',
      'The role empty grants nothing.',
      'The role heir grants nothing.',
    ]);
    expect(findingsOf(all, [['deny', 'no', { to: 'files:lock', for: ['boss'] }]])).toEqual([
      'Nobody has files:lock.',
    ]);
  });

  it.each<[string, object, readonly (readonly [string, string, object])[], readonly string[]]>([
    [
      'that a deny rule always takes back',
      { ...all, clerk: { can: ['files:write'] } },
      [['deny', 'no', { for: ['clerk'] }]],
      ['The role clerk grants files:write in vain: the rule “no” always denies it.'],
    ],
    [
      'over a relation, where the rule is about just those records',
      { ...all, clerk: { can: ['files:write@owner'] } },
      [['deny', 'own', { when: isOwn }]],
      ['The role clerk grants files:write@owner in vain: the rule “own” always denies it.'],
    ],
    [
      'over a relation, of what the role has anyway',
      { ...all, clerk: { can: ['files:write', 'files:write@owner'] } },
      [],
      ['The role clerk grants files:write@owner in vain: it has files:write anyway.'],
    ],
    [
      'by a rule whose records are all denied',
      all,
      [
        ['allow', 'held', { when: isHeldAndLarge }],
        ['deny', 'large', { when: isLarge }],
      ],
      ['The rule “held” allows nothing: the rule “large” denies it.'],
    ],
    [
      'by a rule for roles that are all denied',
      { ...all, clerk: { can: ['files:read'] } },
      [
        ['allow', 'held', { for: ['clerk'], when: isHeld }],
        ['deny', 'clerks', { for: ['clerk'] }],
      ],
      ['The rule “held” allows nothing: the rule “clerks” denies it.'],
    ],
    [
      'by a rule for those who may anyway',
      all,
      [['allow', 'held', { for: ['boss'], when: isHeld }]],
      ['The rule “held” allows nothing: all whom it is for may do that anyway.'],
    ],
    [
      'by a rule for one of nobody',
      all,
      [['allow', 'few', { when: (facts: Any) => facts.user.id.isOneOf([]).and(isHeld(facts)) }]],
      ['The rule “few” allows nothing: its condition never holds.'],
    ],
  ])('unreachable grants: %s', (_what, roles, rules, expected) => {
    expect(findingsOf(roles, rules)).toEqual(expected);
  });

  it.each<[string, object, object]>([
    ['the same', { when: isHeld }, { when: isHeld }],
    ['more of the same', { when: isHeld }, { when: isHeldOrLarge }],
    ['less of it', { when: isHeldAndLarge }, { when: isLarge }],
    ['a part of either', { when: isHeldAndLarge }, { when: isHeldOrLarge }],
    ['the same for all', { for: ['boss'], when: isHeld }, { when: isHeld }],
    ['always, for those who inherit it', { for: ['clerk'], when: isHeld }, { for: ['guest'] }],
    ['the same, among others', { to: ['files:write'], when: isHeld }, { to: 'files:*', when: isHeld }],
  ])('shadowed deny rules, by another one: %s', (_what, shadowed, shadow) => {
    const roles = { ...all, guest: { can: ['files:read'] }, clerk: { inherits: ['guest'] } };
    const expected = ['The rule “shadowed” denies nothing that “shadow” would not deny.'];
    expect(
      findingsOf(roles, [
        ['deny', 'shadow', shadow],
        ['deny', 'shadowed', shadowed],
      ]),
    ).toEqual(expected);
  });

  it('shadowed deny rules, by the tenant', () => {
    const when = ({ user, resource }: Any) => resource.orgId.differs(user.tenantId);
    const rules = [['deny', 'others', { when }]] as const;
    expect(findingsOf(all, rules, { tenant: 'orgId' })).toEqual([
      'The rule “others” denies nothing that the tenant would not deny.',
    ]);
    expect(findingsOf(all, rules)).toEqual([]);
  });
});

it.each<[string, object, readonly (readonly [string, string, object])[]]>([
  ['all is well', { boss: { can: ['*'] } }, [['deny', 'held', { when: isHeld }]]],
  [
    'everything but one thing is granted',
    { ...all, chief: { can: ['files:*'] } },
    [['deny', 'no', { for: ['chief'] }]],
  ],
  [
    'somebody may less than what they inherit',
    { ...all, deputy: { inherits: ['boss'] } },
    [['deny', 'no', { for: ['deputy'] }]],
  ],
  [
    'a rule denies what some of those have whom it is for',
    { ...all, clerk: { can: ['files:write'] } },
    [['deny', 'held', { for: ['clerk'], when: isHeld }]],
  ],
  [
    'two rules deny to different people, or different records',
    { ...all, clerk: { can: ['files:write'] } },
    [
      ['deny', 'a', { for: ['clerk'], when: isHeld }],
      ['deny', 'b', { for: ['boss'], when: isHeldOrLarge }],
      ['deny', 'c', { when: isLarge }],
      ['deny', 'd', { to: 'files:*', when: isHeldAndLarge }],
    ],
  ],
  [
    'a rule allows what only some may anyway, or what is denied to others',
    { ...all, clerk: { can: ['files:read'] } },
    [
      ['allow', 'held', { for: ['boss', 'clerk'], when: isHeld }],
      ['allow', 'large', { when: isLarge }],
      ['deny', 'large clerks', { for: ['clerk'], when: isLarge }],
    ],
  ],
  [
    'one of no values might be denied: what is unknown is',
    all,
    [['deny', 'few', { when: ({ resource }: Any) => resource.ownerId.isOneOf([]) }]],
  ],
])('nothing is found where %s', (_what, roles, rules) => {
  expect(findingsOf(roles, rules)).toEqual([]);
});
