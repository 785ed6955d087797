// The grammar of grants: `resource:action`, `resource:*`, `*`, each perhaps `@relation`; whole segments, and no other.
import { describe, expect, it } from 'vitest';
import { defineLoosely, listPermissions, prototypeNames } from './loose-policy.js';

const resources = {
  report: { actions: ['read', 'readAll'] },
  reports: {
    actions: ['read', 'write'],
    attributes: { ownerId: 'string', watchers: 'string[]' },
    relations: { owner: 'ownerId', watcher: 'watchers' },
  },
  role: { actions: ['boss', 'read'] },
  rule: { actions: ['limited'] },
};
const define = (can: readonly string[]) => defineLoosely({ resources, roles: { boss: { can } } });
const granted = (can: readonly string[]) => listPermissions(define(can), 'boss');

describe('a grant', () => {
  it.each([
    [['reports:read'], ['reports:read']],
    [['reports:*'], ['reports:read', 'reports:write']],
    [['report:read'], ['report:read']],
    [['report:*'], ['report:read', 'report:readAll']],
    [['auth:users:*'], ['auth:users:read', 'auth:users:write']],
    [['reports:*@owner', 'reports:read@watcher'], []],
    [[], []],
  ])('%j is %j', (can, permissions) => {
    expect(granted(can)).toEqual(permissions);
  });

  it('* is everything there is', () => {
    expect(granted(['*'])).toEqual([...define([]).permissions].sort());
  });

  it.each([
    ...['report', 'report:', ':read', 'rep*:read', 'reports:re*', '*:read', '*:*', '**', 'reports:read*', ''],
    ...[
      'reports:read ',
      ' reports:read',
      'Reports:read',
      'reports:READ',
      'reports:read,write',
      'reports:read, *',
    ],
    ...['reports:read@', 'reports:read@*', 'reports:read@stranger', 'report:read@owner', '*@owner', 'auth:*'],
    ...[
      'role=boss',
      'rule=limited',
      'reports:read@owner@watcher',
      'reports::read',
      'reports:read\n',
      'reports.read',
    ],
    ...prototypeNames.flatMap((name) => [name, `reports:${name}`, `${name}:read`, `reports:read@${name}`]),
  ])('%j is none, and is refused by name', (grant) => {
    expect(define([]).isGrant(grant)).toBe(false);
    expect(() => define([grant])).toThrow(
      new TypeError(`roles.boss: there is nothing like ${grant} to grant`),
    );
    expect(() => define([]).encodeGrants([grant])).toThrow(TypeError);
  });

  it('means the same wherever it stands', () => {
    const wide = define(['reports:*', 'reports:read@owner', '*']);
    const turned = define(['*', 'reports:read@owner', 'reports:*']);
    const bits = (policy: typeof wide) =>
      policy.listGrants(policy.principal({ userId: 'ada', roles: ['boss'] }));
    expect(bits(wide)).toEqual(bits(turned));
  });
});

describe('a grant over a relation', () => {
  const policy = define(['reports:*@owner', 'reports:read@watcher']);
  const ada = policy.principal({ userId: 'ada', roles: ['boss'] });

  it.each([
    ['reports:read', { ownerId: 'ada', watchers: null }, true],
    ['reports:write', { ownerId: 'ada', watchers: null }, true],
    ['reports:read', { ownerId: 'eve', watchers: ['eve', 'ada'] }, true],
    ['reports:write', { ownerId: 'eve', watchers: ['ada'] }, false],
    ['reports:read', { ownerId: 'eve', watchers: ['adam', 'eve'] }, false],
  ])('%s of %j: %j', (permission, record, isAllowed) => {
    expect(policy.can(ada, permission, record)).toBe(isAllowed);
  });
});

describe('resources that are called role and rule', () => {
  const policy = defineLoosely({
    resources,
    roles: { boss: {}, clerk: { can: ['role:*', 'rule:*'] } },
    rules: (rule: { allow(name: string, given: object): unknown }) => [
      rule.allow('limited', { to: 'reports:read', for: ['boss'] }),
    ],
  });
  const boss = policy.principal({ userId: 'ada', roles: ['boss'] });
  const clerk = policy.principal({ userId: 'eve', roles: ['clerk'] });

  it('give nothing to whoever has a role or a rule of that name', () => {
    expect(policy.can(boss, 'role:boss')).toBe(false);
    expect(policy.can(boss, 'rule:limited')).toBe(false);
    expect(policy.can(boss, 'reports:read', {})).toBe(true);
  });

  it('and their permissions make nobody such', () => {
    expect(policy.hasRole(['clerk'], 'boss')).toBe(false);
    expect(policy.can(clerk, 'reports:read', {})).toBe(false);
    expect(policy.listGrants(clerk)).toEqual(['role:boss', 'role:read', 'rule:limited']);
  });
});
