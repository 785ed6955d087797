import { defineRoles } from '@tessera-auth/core';

/** The roles of the company, and what each of them may do. */
export const roles = defineRoles({
  employee: { permissions: ['reports:read', 'reports:write'] },
  manager: { inherits: ['employee'], permissions: ['reports:approve'] },
  boss: {
    inherits: ['manager'],
    permissions: ['payroll:read', 'auth:users:read', 'auth:users:write', 'auth:audit:read'],
  },
});

/** `employee`, `manager` or `boss`. */
export type RoleName = (typeof roles.names)[number];
