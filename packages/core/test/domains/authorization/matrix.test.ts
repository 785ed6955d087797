import { diffMatrices } from '@tessera-auth/core/authorization';
import { expect, it } from 'vitest';
import { defineLoosely, listPermissions } from './loose-policy.js';

// biome-ignore lint/suspicious/noExplicitAny: rules as JavaScript would write them.
type Any = any;

const resources = {
  files: {
    actions: ['read', 'write', 'erase', 'lock'],
    attributes: { ownerId: 'string', isHeld: 'boolean' },
    relations: { owner: 'ownerId' },
  },
};
const policy = defineLoosely({
  resources,
  roles: { guest: {}, clerk: { inherits: ['guest'] }, boss: { can: ['files:*'] } },
  matrix: { files: { clerk: ['write', 'erase@owner'], guest: ['read'] } },
  rules: (rule: Any) => [
    rule.deny('held', { to: 'files:erase', when: ({ resource }: Any) => resource.isHeld.isTrue() }),
    rule.deny('guests lock nothing', { to: 'files:lock', for: ['guest', 'boss'] }),
  ],
});
const lines = (one: typeof policy) =>
  Object.fromEntries(
    one
      .matrix()
      .map(({ role, permissions }) => [
        role,
        ['read', 'write', 'erase', 'lock'].map((action) => permissions[`files:${action}`]).join(' '),
      ]),
  );

it('the matrix tells what is always, sometimes and never', () => {
  expect(lines(policy)).toEqual({
    guest: 'always never never never',
    clerk: 'always always sometimes never',
    boss: 'always always sometimes never',
  });
});

it('a matrix that is written is added to what roles say', () => {
  expect(listPermissions(policy, 'clerk')).toEqual(['files:read', 'files:write']);
  for (const matrix of [{ nothing: {} }, { files: { stranger: ['read'] } }, { files: { clerk: ['raed'] } }])
    expect(() => defineLoosely({ resources, roles: { clerk: {} }, matrix })).toThrow(TypeError);
});

it('a difference is what was gained and lost, by role and permission', () => {
  const before = defineLoosely({
    resources,
    roles: { clerk: { can: ['files:read'] }, gone: { can: ['files:lock'] } },
  });
  const after = defineLoosely({ resources, roles: { clerk: { can: ['files:read@owner', 'files:write'] } } });
  expect(diffMatrices(before.matrix(), after.matrix())).toEqual([
    { role: 'clerk', permission: 'files:read', before: 'always', after: 'sometimes' },
    { role: 'clerk', permission: 'files:write', before: 'never', after: 'always' },
    { role: 'gone', permission: 'files:lock', before: 'always', after: 'never' },
  ]);
  expect(diffMatrices(after.matrix(), after.matrix())).toEqual([]);
});
