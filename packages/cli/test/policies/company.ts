import { definePolicy } from '@tessera-auth/core/authorization';
import { companyPreset } from '@tessera-auth/core/authorization/presets';

export const policy = definePolicy({
  ...companyPreset,
  user: { tier: ['free', 'pro'], hiredAt: 'date' },
  resources: {
    ...companyPreset.resources,
    notes: {
      actions: ['read'],
      attributes: { orgId: 'string', closedAt: 'date', tags: 'string[]' },
      tenant: 'orgId',
    },
  },
  rules: (rule) => [
    rule.deny('nobody approves their own', {
      to: 'reports:approve',
      when: ({ user, resource }) => resource.authorId.equals(user.id),
    }),
    rule.allow('old notes', {
      to: 'notes:read',
      for: ['employee'],
      when: ({ resource, now }) => resource.closedAt.isBefore(now.minusDays(30)),
    }),
    rule.allow('notes of the time before', {
      to: 'notes:read',
      when: ({ user, resource }) => resource.closedAt.isBefore(user.hiredAt).and(user.tier.equals('pro')),
    }),
  ],
});
