import { definePolicy, type Policy } from '@tessera-auth/core/authorization';
import { listFindings } from '@tessera-auth/core/authorization/findings';
import { chatPreset, companyPreset, contentPreset } from '@tessera-auth/core/authorization/presets';
import { describe, expect, it } from 'vitest';

/** What each role may, a line for each: `!` for all records, `?` for some. */
function listRights(policy: Policy): Readonly<Record<string, readonly string[]>> {
  const marks = { always: '!', sometimes: '?' };
  return Object.fromEntries(
    policy
      .matrix()
      .map(({ role, permissions }) => [
        role,
        Object.entries(permissions).flatMap(([name, extent]) =>
          extent === 'never' ? [] : [`${name}${marks[extent]}`],
        ),
      ]),
  );
}

const presets = { companyPreset, contentPreset, chatPreset };

describe.each(Object.entries(presets))('%s', (_name, preset) => {
  const policy = definePolicy(preset as typeof companyPreset);

  it('has no finding: every permission is somebody’s, and every role grants something', () => {
    expect(listFindings(policy)).toEqual([]);
  });

  it('has no rules, which a policy that spreads it would lose', () => {
    expect(preset).not.toHaveProperty('rules');
  });

  it('gives every role all that the one below it has', () => {
    const rights = Object.values(listRights(policy as unknown as Policy));
    for (const [index, names] of rights.slice(1).entries()) {
      const above = names.map((name) => name.slice(0, -1));
      expect(above).toEqual(expect.arrayContaining((rights[index] ?? []).map((name) => name.slice(0, -1))));
      expect(names.length).toBeGreaterThanOrEqual(rights[index]?.length ?? 0);
    }
  });
});

describe('a company', () => {
  const policy = definePolicy(companyPreset);
  const as = (role: (typeof policy.roles)[number], userId = 'u1') =>
    policy.principal({ userId, roles: [role] });
  const mine = { authorId: 'u1', managerId: 'm1' };

  it('lets an employee work on reports of their own only', () => {
    for (const permission of [
      'reports:read',
      'reports:create',
      'reports:update',
      'reports:delete',
    ] as const) {
      expect(policy.can(as('employee'), permission, mine)).toBe(true);
      expect(policy.can(as('employee', 'u2'), permission, mine)).toBe(false);
    }
    expect(policy.can(as('employee'), 'reports:approve', mine)).toBe(false);
    expect(policy.can(as('employee'), 'payroll:read')).toBe(false);
  });

  it('lets a manager read every report, and approve those of their team', () => {
    expect(policy.can(as('manager', 'm2'), 'reports:read', mine)).toBe(true);
    expect(policy.can(as('manager', 'm1'), 'reports:approve', mine)).toBe(true);
    expect(policy.can(as('manager', 'm2'), 'reports:approve', mine)).toBe(false);
    expect(policy.can(as('manager', 'm1'), 'reports:update', mine)).toBe(false);
    expect(policy.can(as('manager'), 'auth:users:write')).toBe(false);
  });

  it('lets a boss do everything', () => {
    for (const permission of policy.permissions)
      expect(policy.can(as('boss', 'b'), permission, mine)).toBe(true);
  });

  it('can be given rules', () => {
    const strict = definePolicy({
      ...companyPreset,
      rules: (rule) => [
        rule.deny('nobody approves their own', {
          to: 'reports:approve',
          when: ({ user, resource }) => resource.authorId.equals(user.id),
        }),
      ],
    });
    const boss = strict.principal({ userId: 'u1', roles: ['boss'] });
    expect(strict.can(boss, 'reports:approve', mine)).toBe(false);
    expect(strict.can(boss, 'reports:approve', { ...mine, authorId: 'u2' })).toBe(true);
  });

  it('can be extended, and the compiler knows what is new and what is not there', () => {
    const larger = definePolicy({
      resources: { ...companyPreset.resources, invoices: { actions: ['read', 'pay'] } },
      roles: {
        ...companyPreset.roles,
        accountant: { inherits: ['employee'], can: ['invoices:*'] },
      },
    });
    const accountant = larger.principal({ userId: 'a', roles: ['accountant'] });
    expect(larger.can(accountant, 'invoices:pay')).toBe(true);
    expect(larger.can(accountant, 'payroll:read')).toBe(false);
    expect(larger.can(larger.principal({ userId: 'b', roles: ['boss'] }), 'invoices:pay')).toBe(true);
    expect(larger.hasRole(['accountant'], 'employee')).toBe(true);
    // @ts-expect-error there is no such permission
    expect(() => larger.can(accountant, 'invoices:delete')).toThrow(TypeError);
    // @ts-expect-error nor such a role
    expect(larger.hasRole(['accountant'], 'acountant')).toBe(false);
    // @ts-expect-error and a report is needed to decide about one
    expect(larger.can(accountant, 'reports:read')).toBe(false);
  });
});

describe('a publication', () => {
  const policy = definePolicy(contentPreset);

  it('gives each role this and no more', () => {
    expect(listRights(policy as unknown as Policy)).toEqual({
      viewer: ['articles:read!'],
      editor: [
        'articles:read!',
        'articles:create!',
        'articles:update!',
        'articles:publish!',
        'articles:delete?',
      ],
      admin: [
        'articles:read!',
        'articles:create!',
        'articles:update!',
        'articles:publish!',
        'articles:delete!',
        'settings:read!',
        'settings:update!',
        'auth:users:read!',
        'auth:users:write!',
      ],
    });
  });

  it('lets an editor delete what they wrote', () => {
    const editor = policy.principal({ userId: 'e1', roles: ['editor'] });
    expect(policy.can(editor, 'articles:delete', { authorId: 'e1' })).toBe(true);
    expect(policy.can(editor, 'articles:delete', { authorId: 'e2' })).toBe(false);
    expect(policy.can(editor, 'articles:delete', { authorId: null })).toBe(false);
  });
});

describe('a product with a paid tier', () => {
  const policy = definePolicy(chatPreset);

  it('gives each role this and no more', () => {
    const own = ['read', 'create', 'update', 'delete'].map((action) => `conversations:${action}?`);
    expect(listRights(policy as unknown as Policy)).toEqual({
      user: [...own, 'models:use_standard!'],
      premium: [...own, 'conversations:export?', 'models:use_standard!', 'models:use_advanced!'],
      admin: [
        ...own.slice(0, 3),
        'conversations:delete!',
        'conversations:export?',
        'models:use_standard!',
        'models:use_advanced!',
        'admin_panel:open!',
        'admin_panel:read_usage!',
        'auth:users:read!',
        'auth:users:write!',
      ],
      super_admin: policy.permissions.map((name) => `${name}!`),
    });
  });

  it('lets nobody but a super admin read what others wrote', () => {
    const theirs = { ownerId: 'u2' };
    const mayRead = (role: string) =>
      policy.can(policy.principal({ userId: 'u1', roles: [role] }), 'conversations:read', theirs);
    expect(policy.roles.filter(mayRead)).toEqual(['super_admin']);
  });
});
