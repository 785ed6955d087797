import { definePolicy } from '@tessera-auth/core/authorization';

const withGrant = (grant: 'notes:read' | 'notes:read@owner', isLoose = false) =>
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
      rule.deny('secret', {
        to: 'notes:read',
        when: ({ resource }) =>
          isLoose
            ? resource.isSecret.isTrue().and(resource.isSecret.isMissing().not())
            : resource.isSecret.isTrue(),
      }),
    ],
  });

/** A role that may sometimes in both, and more in the second. */
export const before = withGrant('notes:read@owner');
export const after = withGrant('notes:read');

/** The deny rule of this one no longer denies what is unknown. */
export const loosened = withGrant('notes:read', true);
