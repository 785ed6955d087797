import { definePolicy } from '@tessera-auth/core/authorization';

const withEmployee = (employee: object) =>
  definePolicy({
    resources: { reports: { actions: ['read'] } },
    roles: { insider: { can: ['reports:read'] }, employee, boss: { inherits: ['employee'] } },
  });

/** An employee may the same in both, and is an insider in the second. */
export const before = withEmployee({ can: ['reports:read'] });
export const after = withEmployee({ inherits: ['insider'] });
