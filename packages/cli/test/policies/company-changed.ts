import { definePolicy } from '@tessera-auth/core/authorization';
import { companyPreset } from '@tessera-auth/core/authorization/presets';

/** Against `company.ts`: a manager may more, a boss less, one rule is looser, one is gone, one is new. */
export const policy = definePolicy({
  ...companyPreset,
  user: { tier: ['free', 'pro'], hiredAt: 'date' },
  resources: {
    ...companyPreset.resources,
    notes: { actions: ['read'], attributes: { orgId: 'string', closedAt: 'date', tags: 'string[]' } },
  },
  roles: {
    ...companyPreset.roles,
    manager: { inherits: ['employee'], can: [...companyPreset.roles.manager.can, 'payroll:read'] },
    boss: { inherits: ['manager'], can: ['reports:*', 'notes:*', 'payroll:read'] },
  },
  rules: (rule) => [
    rule.allow('old notes', {
      to: 'notes:read',
      for: ['employee'],
      when: ({ resource, now }) => resource.closedAt.isBefore(now.minusDays(3)),
    }),
    rule.allow('notes of the time before', {
      to: 'notes:read',
      when: ({ user, resource }) => resource.closedAt.isBefore(user.hiredAt).and(user.tier.equals('pro')),
    }),
    rule.deny('no notes about the merger', {
      to: 'notes:read',
      when: ({ resource }) => resource.tags.includes('merger'),
    }),
  ],
});
