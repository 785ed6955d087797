import { describe, expect, it } from 'vitest';
import { defineLoosely, prototypeNames } from './loose-policy.js';

// biome-ignore lint/suspicious/noExplicitAny: rules as JavaScript would write them.
type Any = any;

const resources = {
  reports: {
    actions: ['read', 'write'],
    attributes: { isOpen: 'boolean', title: 'string', score: 'number' },
  },
  others: { actions: ['read'] },
} as const;
const define = (rules: (rule: Any) => unknown) =>
  defineLoosely({ resources, roles: { reader: { can: ['*'] }, nobody: {} }, rules });

describe('a deny rule wins', () => {
  const allow = (rule: Any) => rule.allow('allow', { to: 'reports:*' });
  const deny = (rule: Any) =>
    rule.deny('deny', { to: 'reports:write', when: ({ resource }: Any) => resource.isOpen.isFalse() });

  it.each([
    ['before', (rule: Any) => [deny(rule), allow(rule)]],
    ['after', (rule: Any) => [allow(rule), deny(rule)]],
  ])('%s what allows', (_where, rules) => {
    const policy = define(rules);
    for (const roles of [['reader'], ['nobody'], []]) {
      const principal = policy.principal({ userId: 'ada', roles });
      expect(policy.can(principal, 'reports:write', { isOpen: true })).toBe(true);
      for (const isOpen of [false, null, undefined, 'true', 1, {}])
        expect(policy.can(principal, 'reports:write', { isOpen })).toBe(false);
      expect(policy.can(principal, 'reports:read', { isOpen: false })).toBe(true);
    }
  });

  it('over somebody with a role that it is for, and over who inherits it', () => {
    const policy = defineLoosely({
      resources,
      roles: { intern: {}, lead: { inherits: ['intern'], can: ['*'] }, admin: { can: ['*'] } },
      rules: (rule: Any) => [rule.deny('interns', { to: 'reports:write', for: ['intern'] })],
    });
    const may = (role: string) =>
      policy.can(policy.principal({ userId: 'ada', roles: [role] }), 'reports:write', {});
    expect([may('lead'), may('admin')]).toEqual([false, true]);
  });
});

describe('rules are refused', () => {
  it.each<[string, (rule: Any) => unknown, string]>([
    [
      'of one name',
      (r) => [r.allow('a', { to: 'reports:read' }), r.deny('a', { to: 'reports:read', for: ['nobody'] })],
      'not unique',
    ],
    ['without a name', (r) => [r.allow('', { to: 'reports:read' })], 'not unique'],
    [
      'for an unknown role',
      (r) => [r.allow('a', { to: 'reports:read', for: ['stranger'] })],
      'no role stranger',
    ],
    ['for nobody', (r) => [r.deny('a', { to: 'reports:read', for: [] })], 'for names nobody'],
    ['to nothing', (r) => [r.deny('a', { to: [] })], 'to names nothing'],
    [
      'to an unknown permission',
      (r) => [r.deny('a', { to: 'reports:dleete' })],
      'no permission reports:dleete',
    ],
    ['to everything', (r) => [r.allow('a', { to: '*' })], 'no permission *'],
    [
      'to two resources',
      (r) => [r.allow('a', { to: ['reports:read', 'others:read'] })],
      'more than one resource',
    ],
    [
      'that deny everything to everybody',
      (r) => [r.deny('a', { to: 'reports:read' })],
      'denies everything to everybody',
    ],
    [
      'with an attribute for a condition',
      (r) => [r.allow('a', { to: 'reports:read', when: ({ resource }: Any) => resource.isOpen })],
      'when is no condition',
    ],
    ...[true, false, undefined, null, {}].map((value): [string, (rule: Any) => unknown, string] => [
      `with ${JSON.stringify(value)} for a condition`,
      (r) => [r.allow('a', { to: 'reports:read', when: () => value })],
      'when is no condition',
    ]),
    [
      'that are made and not returned',
      (r) => {
        r.deny('a', { to: 'reports:read', for: ['nobody'] });
        return [];
      },
      'rules.a: is not in the list',
    ],
    [
      'that are not returned at all',
      (r) => {
        r.deny('a', { to: 'reports:read', for: ['nobody'] });
      },
      'expected a list',
    ],
    [
      'with a gap in a list',
      (r) => [
        r.deny('a', {
          to: 'reports:read',
          when: ({ resource }: Any) => resource.title.isOneOf(new Array(1)),
        }),
      ],
      'expected a string',
    ],
    ...[undefined, null, Number.NaN, Number.POSITIVE_INFINITY, '1'].map(
      (value): [string, (rule: Any) => unknown, string] => [
        `that compare a number with ${String(value)}`,
        (r) => [
          r.allow('a', { to: 'reports:read', when: ({ resource }: Any) => resource.score.isBelow(value) }),
        ],
        'expected a number to compare with',
      ],
    ),
    [
      'that compare kinds',
      (r) => [
        r.allow('a', {
          to: 'reports:read',
          when: ({ resource }: Any) => resource.score.isBelow(resource.title),
        }),
      ],
      'a number is compared with a string',
    ],
  ])('%s', (_what, rules, message) => {
    expect(() => define(rules)).toThrow(TypeError);
    expect(() => define(rules)).toThrow(message);
  });

  it.each(prototypeNames)('that look at an attribute %s, which is not declared', (name) => {
    expect(() =>
      define((r) => [
        r.allow('a', { to: 'reports:read', when: ({ resource }: Any) => resource[name].equals('x') }),
      ]),
    ).toThrow(TypeError);
  });
});
