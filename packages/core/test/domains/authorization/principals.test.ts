import { describe, expect, it } from 'vitest';
import { defineLoosely } from './loose-policy.js';

const definition = {
  resources: {
    reports: {
      actions: ['read', 'write'],
      attributes: { ownerId: 'string' },
      relations: { owner: 'ownerId' },
    },
  },
  roles: { reader: { can: ['reports:read', 'reports:write@owner'] }, admin: { can: ['*'] } },
};
const policy = defineLoosely(definition);
const of = (roles: readonly string[], grants: string | null = null) =>
  policy.principal({ userId: 'ada', roles, grants });

it('a principal of another policy is refused, be it the same word for word, or a copy without its bits', () => {
  const admin = defineLoosely(definition).principal({ userId: 'ada', roles: ['admin'] });
  for (const foreign of [admin, { ...of(['admin']), model: {} }, JSON.parse(JSON.stringify(of(['admin'])))]) {
    const message = 'The principal was made by another policy';
    expect(() => policy.can(foreign, 'reports:read', {})).toThrow(message);
    expect(() => policy.decide(foreign, 'reports:read', {})).toThrow(message);
    expect(() => policy.filterFor(foreign, 'reports:read' as never)).toThrow(message);
    expect(() => policy.canSometimes(foreign, 'reports:read' as never)).toThrow(message);
    expect(() => policy.covers(foreign, of(['reader']))).toThrow(message);
    expect(() => policy.covers(of(['reader']), foreign)).toThrow(message);
    expect(() => policy.listGrants(foreign)).toThrow(message);
  }
});

it('canSometimes is yes where some record might do, and no where none can', () => {
  expect(policy.canSometimes(of(['reader']), 'reports:write' as never)).toBe(true);
  expect(policy.canSometimes(of(['stranger']), 'reports:write' as never)).toBe(false);
  const nobody = policy.principal({ userId: '', roles: ['reader'] });
  expect(policy.canSometimes(nobody, 'reports:write' as never)).toBe(false);
});

describe('covers', () => {
  it.each([
    [['reader'], ['reports:read'], true],
    [['reader'], ['reports:read@owner'], true],
    [['reader'], ['reports:write@owner'], true],
    [['reader'], ['reports:write'], false],
    [['reader'], ['reports:*'], false],
    [['reader'], ['*'], false],
    [['reader'], [], true],
    [['admin'], ['*', 'reports:*@owner'], true],
    [['stranger'], ['reports:read'], false],
  ])('%j over %j: %j', (roles, grants, isCovered) => {
    expect(policy.covers(of(roles), of([], policy.encodeGrants(grants)))).toBe(isCovered);
  });
});

describe('grants made at run time', () => {
  it('are those of the roles and these', () => {
    const grants = policy.encodeGrants(['reports:write']);
    expect(policy.isCurrent(grants)).toBe(true);
    expect(policy.can(of([], grants), 'reports:write', {})).toBe(true);
    expect(policy.can(of([], grants), 'reports:read', {})).toBe(false);
    expect(policy.can(of(['reader'], grants), 'reports:read', {})).toBe(true);
    // The row of the role is shared by everyone who has it.
    expect(policy.can(of(['reader']), 'reports:write', {})).toBe(false);
    expect(policy.listGrants(of([], policy.encodeGrants([])))).toEqual([]);
  });

  it('are refused from a policy with other names, and taken from one with the same', () => {
    const { reports } = definition.resources;
    const other = defineLoosely({
      ...definition,
      resources: { reports: { ...reports, actions: ['write', 'read'] } },
    });
    const grants = other.encodeGrants(['reports:write']);
    expect(policy.isCurrent(grants)).toBe(false);
    expect(() => of([], grants)).toThrow('written by another version');
    const same = defineLoosely({ ...definition, roles: {} });
    expect(of([], same.encodeGrants(['reports:read'])).bits).toEqual(
      of([], policy.encodeGrants(['reports:read'])).bits,
    );
  });

  it.each(['', '.', 'x', '=', '.AA', 'AAAAAAAA.', '%%'])('are refused when they are %j', (text) => {
    expect(() => of([], text)).toThrow(TypeError);
    expect(() => of([], `${policy.version}.*`)).toThrow(TypeError);
  });

  it('make nobody a member of a role, nor the subject of a rule, whatever bits are in them', () => {
    const all = `${policy.version}.${Buffer.alloc(64, 0xff).toString('base64url')}`;
    const names = policy.listGrants(of([], all));
    expect(names.filter((name) => !policy.isGrant(name))).toEqual([]);
    expect(
      [...of([], all).bits].reduce((sum, word) => sum + word.toString(2).replaceAll('0', '').length, 0),
    ).toBe(names.length);
  });
});
