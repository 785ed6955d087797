import { definePolicy } from '@tessera-auth/core/authorization';

/** A policy with one of everything. */
export const policy = definePolicy({
  user: { tier: 'string', clearance: 'number', teams: 'string[]' },
  resources: {
    reports: {
      actions: ['read', 'create', 'edit', 'close', 'delete'],
      attributes: {
        authorId: 'string',
        orgId: 'string',
        reviewerIds: 'string[]',
        isSecret: 'boolean',
        level: 'number',
        closedAt: 'date',
      },
      relations: { author: 'authorId', reviewer: 'reviewerIds' },
      tenant: 'orgId',
    },
    notices: { actions: ['read'], attributes: { text: 'string' } },
  },
  roles: {
    employee: {
      can: ['reports:read@author', 'reports:read@reviewer', 'reports:create@author', 'reports:edit@author'],
    },
    closer: { inherits: ['employee'], can: ['reports:edit', 'reports:close@author'] },
    boss: { inherits: ['closer'], can: ['reports:*'] },
    cleared: {},
  },
  rules: (rule) => [
    rule.allow('cleared people read up to their level', {
      to: 'reports:read',
      for: ['cleared'],
      when: ({ user, resource }) => resource.level.isAtMost(user.clearance),
    }),
    rule.deny('secret', {
      to: ['reports:read', 'reports:edit', 'reports:delete'],
      when: ({ resource, user }) => resource.isSecret.isTrue().and(user.tier.differs('gold')),
    }),
    rule.deny('what is closed stays as it is', {
      to: 'reports:edit',
      when: ({ resource }) => resource.closedAt.isMissing().not(),
    }),
    rule.allow('notices are for everybody', {
      to: 'notices:read',
      when: ({ resource }) => resource.text.differs(''),
    }),
  ],
});

type Given = Partial<Omit<Parameters<typeof policy.principal>[0], 'attributes'>> & {
  readonly attributes?: object;
};

/** Somebody of the tenant `acme`. */
export const somebody = (userId: string, roles: readonly string[], given: Given = {}) =>
  policy.principal({
    userId,
    tenantId: 'acme',
    roles,
    now: new Date('2026-01-01'),
    ...given,
    attributes: { tier: 'iron', clearance: null, teams: [], ...given.attributes },
  });

/** The tables of it. */
export const tables = `
  create table reports (
    id int primary key, author_id text, org_id text, reviewer_ids text[], secret boolean, level int, closed_at timestamptz
  );
  create index reports_author on reports (author_id);
  create table notices (id int primary key, text text)`;

/** Where attributes are in them. */
export const columns = { naming: 'snake_case', columns: { isSecret: 'secret' } } as const;
