import { definePolicy } from '@tessera-auth/core';

/** Who may do what in the company. */
export const policy = definePolicy({
  resources: {
    reports: {
      actions: ['read', 'write', 'approve'],
      attributes: { authorId: 'string', authorRole: ['employee', 'manager', 'boss'] },
      relations: { author: 'authorId' },
    },
    payroll: { actions: ['read'] },
  },
  roles: {
    employee: { can: ['reports:read@author', 'reports:write@author'] },
    manager: { inherits: ['employee'] },
    boss: {
      inherits: ['manager'],
      can: ['payroll:read', 'auth:users:*', 'auth:audit:read', 'auth:roles:*'],
    },
  },
  rules: (rule) => [
    rule.allow('managers see to the reports of employees', {
      to: ['reports:read', 'reports:approve'],
      for: ['manager'],
      when: ({ resource }) => resource.authorRole.equals('employee'),
    }),
    rule.allow('bosses see to those of managers too', {
      to: ['reports:read', 'reports:approve'],
      for: ['boss'],
      when: ({ resource }) => resource.authorRole.equals('manager'),
    }),
    rule.deny('nobody approves their own', {
      to: 'reports:approve',
      when: ({ user, resource }) => resource.authorId.equals(user.id),
    }),
  ],
});

/** `employee`, `manager` or `boss`. */
export type RoleName = (typeof policy.roles)[number];

declare module '@tessera-auth/core' {
  interface Register {
    policy: typeof policy;
  }
}
