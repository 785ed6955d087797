// What is absent, or is no value of its kind, is unknown: it allows nothing, and it excuses from no deny rule.
import { matchesFilter } from '@tessera-auth/core/authorization';
import { describe, expect, it } from 'vitest';
import { defineLoosely, prototypeNames } from './loose-policy.js';

// biome-ignore lint/suspicious/noExplicitAny: rules as JavaScript would write them.
type Any = any;

const kinds = {
  string: 'text',
  number: 'number',
  boolean: 'flag',
  date: 'at',
  'string[]': 'texts',
  'number[]': 'numbers',
};
const attributes = {
  text: 'string',
  number: 'number',
  flag: 'boolean',
  at: 'date',
  texts: 'string[]',
  numbers: 'number[]',
};
const day = new Date('2026-01-01');

const questions: Readonly<Record<string, (term: Any) => Any>> = {
  'text equals': ({ text }) => text.equals('a'),
  'text differs': ({ text }) => text.differs('a'),
  'text isOneOf': ({ text }) => text.isOneOf(['a', 'b']),
  'number equals': ({ number }) => number.equals(1),
  'number differs': ({ number }) => number.differs(1),
  'number isBelow': ({ number }) => number.isBelow(1),
  'number isAtMost': ({ number }) => number.isAtMost(1),
  'number isAbove': ({ number }) => number.isAbove(1),
  'number isAtLeast': ({ number }) => number.isAtLeast(1),
  'flag isTrue': ({ flag }) => flag.isTrue(),
  'flag isFalse': ({ flag }) => flag.isFalse(),
  'at equals': ({ at }) => at.equals(day),
  'at differs': ({ at }) => at.differs(day),
  'at isBefore': ({ at }) => at.isBefore(day),
  'at isAfter': ({ at }) => at.plusDays(1).isAfter(day),
  'texts includes': ({ texts }) => texts.includes('a'),
  'numbers includes': ({ numbers }) => numbers.includes(1),
};

const others: Readonly<Record<string, readonly unknown[]>> = {
  text: [1, true, ['a'], new String('a'), { toString: () => 'a' }, Symbol('a')],
  number: ['1', Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1n, true, [1], new Number(1)],
  flag: ['true', 1, 0, '', [], new Boolean(true)],
  at: [new Date(Number.NaN), '2026-01-01', day.getTime(), { getTime: () => day.getTime() }],
  texts: ['a', { 0: 'a', length: 1 }, new Set(['a'])],
  numbers: [1, new Float64Array([1])],
};

describe.each(Object.entries(questions))('%s', (question, ask) => {
  const attribute = question.split(' ')[0] as string;
  const unknown = [undefined, null, ...(others[attribute] ?? [])];
  const policy = defineLoosely({
    user: attributes,
    resources: { x: { actions: ['allow', 'allowNot', 'deny', 'denyNot'], attributes } },
    roles: { admin: { can: ['x:deny', 'x:denyNot'] } },
    rules: (rule: Any) =>
      ['resource', 'user'].flatMap((of) => {
        const isAsked = (facts: Any) => ask(facts[of]);
        return [
          rule.allow(`allow ${of}`, { to: 'x:allow', when: isAsked }),
          rule.allow(`allowNot ${of}`, {
            to: 'x:allowNot',
            when: (facts: Any) => isAsked(facts).not(),
          }),
          rule.deny(`deny ${of}`, { to: 'x:deny', when: isAsked }),
          rule.deny(`denyNot ${of}`, { to: 'x:denyNot', when: (facts: Any) => isAsked(facts).not() }),
        ];
      }),
  });

  it.each(unknown.map((value) => [value]))('of %o is unknown', (value) => {
    for (const [given, record] of [
      [{ [attribute]: value }, {}],
      [{}, { [attribute]: value }],
      [{}, {}],
    ] as const) {
      const principal = policy.principal({ userId: 'ada', roles: ['admin'], attributes: given });
      for (const permission of ['x:allow', 'x:allowNot', 'x:deny', 'x:denyNot']) {
        expect(policy.can(principal, permission, record), permission).toBe(false);
        expect(policy.decide(principal, permission, record).effect).toBe('deny');
        expect(matchesFilter(policy.filterFor(principal, permission as never), record)).toBe(false);
      }
    }
  });
});

const allowWhen = (when: (facts: Any) => Any) => {
  const policy = defineLoosely({
    resources: { x: { actions: ['read'], attributes } },
    roles: {},
    rules: (rule: Any) => [rule.allow('only', { to: 'x:read', when })],
  });
  const ada = policy.principal({ userId: 'ada', roles: [], now: day });
  return (record: unknown) => {
    const isAllowed = policy.can(ada, 'x:read', record);
    expect(matchesFilter(policy.filterFor(ada, 'x:read'), record as object)).toBe(isAllowed);
    return isAllowed;
  };
};

describe('a list with something in it that is no value', () => {
  const gap = new Array(2);
  it.each([[[null]], [[undefined, 2]], [gap], [['1', 2]], [[Number.NaN]], [[{}]]])(
    '%j neither holds 1 nor lacks it',
    (numbers) => {
      expect(allowWhen(({ resource }) => resource.numbers.includes(1))({ numbers })).toBe(false);
      expect(allowWhen(({ resource }) => resource.numbers.includes(1).not())({ numbers })).toBe(false);
    },
  );

  it('holds what else is in it', () => {
    expect(allowWhen(({ resource }) => resource.numbers.includes(1))({ numbers: [null, 1] })).toBe(true);
    expect(allowWhen(({ resource }) => resource.numbers.includes(1).not())({ numbers: [2, 3] })).toBe(true);
    expect(allowWhen(({ resource }) => resource.numbers.includes(1).not())({ numbers: [] })).toBe(true);
  });
});

describe('isMissing always has an answer', () => {
  it.each(Object.values(kinds))('of %s', (name) => {
    const isMissing = allowWhen(({ resource }) => resource[name].isMissing());
    const isThere = allowWhen(({ resource }) => resource[name].isMissing().not());
    for (const value of [undefined, null, ...(others[name] ?? [])]) {
      expect(isMissing({ [name]: value })).toBe(true);
      expect(isThere({ [name]: value })).toBe(false);
    }
    const values: Readonly<Record<string, unknown>> = {
      text: '',
      number: 0,
      flag: false,
      at: day,
      texts: [],
      numbers: [],
    };
    expect(isMissing({ [name]: values[name] })).toBe(false);
    expect(isThere({ [name]: values[name] })).toBe(true);
  });
});

describe('dates', () => {
  it('that no calendar has are unknown', () => {
    const record = { at: new Date(8_640_000_000_000_000), number: 1e300 };
    for (const back of ['plusDays', 'minusDays']) {
      for (const ask of ['isBefore', 'isAfter', 'equals', 'differs'])
        expect(allowWhen(({ resource }) => resource.at[back](resource.number)[ask](day))(record)).toBe(false);
    }
  });

  it('are whole milliseconds, also after a part of a day', () => {
    const at = new Date(day.getTime() + 1);
    expect(allowWhen(({ resource, now }) => now.plusDays(1.1 / 86_400_000).equals(resource.at))({ at })).toBe(
      true,
    );
  });

  it('of a decision have to be some', () => {
    const policy = defineLoosely({ roles: {} });
    expect(() => policy.principal({ userId: 'ada', roles: [], now: new Date(Number.NaN) })).toThrow(
      TypeError,
    );
  });
});

describe.each(prototypeNames)('the name %s', (name) => {
  const policy = defineLoosely({
    resources: {
      x: {
        actions: ['read', 'open'],
        attributes: Object.fromEntries([[name, 'string']]),
        relations: { owner: name },
        ...{ tenant: undefined },
      },
    },
    roles: { admin: { can: ['x:read@owner'] } },
    rules: (rule: Any) => [
      rule.allow('a', { to: 'x:open', when: ({ resource }: Any) => resource[name].isMissing() }),
    ],
  });

  it('is no permission and no role by itself', () => {
    expect([policy.isPermission(name), policy.isRole(name), policy.isGrant(name)]).toEqual([
      false,
      false,
      false,
    ]);
    const principal = policy.principal({ userId: 'ada', roles: [name] });
    for (const permission of [name, `x:${name}`, `${name}:read`])
      expect(() => policy.can(principal, permission, {})).toThrow(`There is no permission ${permission}`);
    expect(policy.listGrants(principal)).toEqual([]);
    expect(policy.hasRole([name], 'admin')).toBe(false);
    expect(policy.hasRole(['admin'], name)).toBe(false);
  });

  it('is missing as an attribute, unless the record has one', () => {
    const principal = policy.principal({ userId: 'ada', roles: ['admin'] });
    expect(policy.can(principal, 'x:open', {})).toBe(true);
    expect(policy.can(principal, 'x:read', {})).toBe(false);
    expect(policy.can(principal, 'x:read', Object.fromEntries([[name, 'ada']]))).toBe(true);
  });

  it('may be a role, an action and a resource like any other', () => {
    const named = defineLoosely({
      resources: Object.fromEntries([[name, { actions: [name] }]]),
      roles: Object.fromEntries([
        [name, { can: [`${name}:${name}`] }],
        ['other', {}],
      ]),
    });
    const may = (role: string) =>
      named.can(named.principal({ userId: 'ada', roles: [role] }), `${name}:${name}`);
    expect([may(name), may('other')]).toEqual([true, false]);
    expect(named.matrix()[0]?.permissions[`${name}:${name}`]).toBe('always');
  });
});

describe('a record that', () => {
  it('throws when it is looked at allows nothing', () => {
    const record = {
      get number(): number {
        throw new Error('touched');
      },
    };
    expect(() => allowWhen(({ resource }) => resource.number.equals(1))(record)).toThrow('touched');
  });

  it('is null, or no object, allows nothing', () => {
    expect(() => allowWhen(({ resource }) => resource.text.isMissing())(null)).toThrow(TypeError);
    expect(allowWhen(({ resource }) => resource.text.equals('a'))('a')).toBe(false);
  });

  it('keeps its attributes behind getters of a class is read like any other', () => {
    class Row {
      get number() {
        return 1;
      }
    }
    expect(allowWhen(({ resource }) => resource.number.equals(1))(new Row())).toBe(true);
  });
});
