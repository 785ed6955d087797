import { describe, expect, it } from 'vitest';
import { defineLoosely, listPermissions, prototypeNames } from './loose-policy.js';

const resources = { reports: { actions: ['read', 'write'] } };
const define = (roles: object) => defineLoosely({ resources, roles });

describe('inheritance', () => {
  it('goes through all generations, wherever they are defined', () => {
    const policy = define({
      child: { inherits: ['parent'] },
      grandparent: { can: ['reports:read'] },
      parent: { inherits: ['grandparent'], can: ['reports:write'] },
    });
    expect(listPermissions(policy, 'child')).toEqual(['reports:read', 'reports:write']);
    expect(listPermissions(policy, 'grandparent')).toEqual(['reports:read']);
    expect(policy.hasRole(['child'], 'grandparent')).toBe(true);
    expect(policy.hasRole(['grandparent'], 'child')).toBe(false);
    expect(policy.roles).toEqual(['child', 'grandparent', 'parent']);
  });

  it('may come together again', () => {
    const policy = define({
      top: { inherits: ['left', 'right'] },
      left: { inherits: ['base'] },
      right: { inherits: ['base'] },
      base: { can: ['reports:read'] },
    });
    expect(listPermissions(policy, 'top')).toEqual(['reports:read']);
  });

  it.each([
    ['in itself', { a: { inherits: ['a'] } }, 'a -> a'],
    ['of two', { a: { inherits: ['b'] }, b: { inherits: ['a'] } }, 'a -> b -> a'],
    [
      'behind others',
      {
        x: { inherits: ['y', 'a'] },
        y: {},
        a: { inherits: ['b'] },
        b: { inherits: ['c'] },
        c: { inherits: ['a'] },
      },
      'a -> b -> c -> a',
    ],
  ])('does not go in a circle %s, and the circle is named', (_where, roles, path) => {
    expect(() => define(roles)).toThrow(new TypeError(`roles: inheritance goes in a circle: ${path}`));
  });

  it.each(['nobody', ...prototypeNames])('does not come from %s, which is not defined', (parent) => {
    const roles = { child: { inherits: [parent] } };
    expect(() => define(roles)).toThrow(
      new TypeError(`roles: child inherits from ${parent}, which is not defined`),
    );
  });

  it('may be 5,000 deep, and far deeper than the stack', () => {
    for (const depth of [5000, 12_000]) {
      const names = Array.from({ length: depth }, (_, at) => `role${at}`);
      const parentOf = (at: number) =>
        at === depth - 1 ? { can: ['reports:read'] } : { inherits: [names[at + 1]] };
      const policy = define(Object.fromEntries(names.map((name, at) => [name, parentOf(at)])));
      expect(listPermissions(policy, 'role0')).toEqual(['reports:read']);
      expect(policy.hasRole(['role0'], `role${depth - 1}`)).toBe(true);
    }
  });

  it('is told in decisions, on the shortest way', () => {
    const policy = define({
      base: { can: ['reports:read'] },
      long: { inherits: ['middle'] },
      middle: { inherits: ['base'] },
    });
    const principal = policy.principal({ userId: 'ada', roles: ['stranger', 'long', 'middle'] });
    expect(policy.decide(principal, 'reports:read').rolePath).toEqual(['middle', 'base']);
  });
});
