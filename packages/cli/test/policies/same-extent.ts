import { definePolicy } from '@tessera-auth/core/authorization';

const withGrant = (grant: 'notes:read' | 'notes:read@owner') =>
  definePolicy({
    resources: {
      notes: {
        actions: ['read'],
        attributes: { ownerId: 'string', isSecret: 'boolean' },
        relations: { owner: 'ownerId' },
      },
    },
    roles: { reader: { can: [grant] } },
    rules: (rule) => [
      rule.deny('secret', { to: 'notes:read', when: ({ resource }) => resource.isSecret.isTrue() }),
    ],
  });

/** A role that may sometimes in both, and more in the second. */
export const before = withGrant('notes:read@owner');
export const after = withGrant('notes:read');
