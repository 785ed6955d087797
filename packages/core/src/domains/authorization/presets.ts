import type { ResourceDefinitions, RoleDefinition } from './model.js';

/** What every preset is, at least. */
interface Preset {
  readonly resources: ResourceDefinitions;
  readonly roles: Readonly<Record<string, RoleDefinition<string, string>>>;
  readonly matrix?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

// No preset holds rules: a policy that spreads one and has rules of its own would silently lose them.

/**
 * A company: `employee`, `manager`, `boss`.
 *
 * An employee works on reports of their own, a manager reads all and decides about those of their team, a boss may everything,
 * also whatever is added to `resources`.
 *
 * ```ts
 * const policy = definePolicy({
 *   ...companyPreset,
 *   rules: (rule) => [
 *     rule.deny('nobody approves their own', {
 *       to: 'reports:approve',
 *       when: ({ user, resource }) => resource.authorId.equals(user.id),
 *     }),
 *   ],
 * });
 * ```
 */
export const companyPreset = {
  resources: {
    reports: {
      actions: ['read', 'create', 'update', 'approve', 'delete'],
      attributes: { authorId: 'string', managerId: 'string' },
      relations: { author: 'authorId', manager: 'managerId' },
    },
    payroll: { actions: ['read', 'update'] },
  },
  roles: {
    employee: {
      can: ['reports:read@author', 'reports:create@author', 'reports:update@author', 'reports:delete@author'],
    },
    manager: {
      inherits: ['employee'],
      can: ['reports:read', 'reports:approve@manager', 'auth:users:read'],
    },
    boss: { inherits: ['manager'], can: ['*'] },
  },
} as const satisfies Preset;

/**
 * A publication: `viewer`, `editor`, `admin`.
 *
 * A viewer reads, an editor writes and publishes and deletes what they wrote, an admin may also delete what others wrote,
 * change the settings and administer accounts.
 */
export const contentPreset = {
  resources: {
    articles: {
      actions: ['read', 'create', 'update', 'publish', 'delete'],
      attributes: { authorId: 'string' },
      relations: { author: 'authorId' },
    },
    settings: { actions: ['read', 'update'] },
  },
  roles: {
    viewer: { can: ['articles:read'] },
    editor: {
      inherits: ['viewer'],
      can: ['articles:create', 'articles:update', 'articles:publish', 'articles:delete@author'],
    },
    admin: { inherits: ['editor'], can: ['articles:*', 'settings:*', 'auth:users:*'] },
  },
} as const satisfies Preset;

/**
 * A product with a paid tier: `user`, `premium`, `admin`, `super_admin`, as a matrix.
 *
 * Conversations are their owner's: an admin can delete what was reported, and only a super admin reads what others wrote.
 */
export const chatPreset = {
  resources: {
    conversations: {
      actions: ['read', 'create', 'update', 'delete', 'export'],
      attributes: { ownerId: 'string' },
      relations: { owner: 'ownerId' },
    },
    models: { actions: ['use_standard', 'use_advanced', 'configure'] },
    admin_panel: { actions: ['open', 'read_usage', 'change_settings'] },
  },
  roles: {
    user: {},
    premium: { inherits: ['user'] },
    admin: { inherits: ['premium'], can: ['auth:users:*'] },
    super_admin: { inherits: ['admin'], can: ['auth:audit:*', 'auth:roles:*'] },
  },
  matrix: {
    conversations: {
      user: ['read@owner', 'create@owner', 'update@owner', 'delete@owner'],
      premium: ['export@owner'],
      admin: ['delete'],
      super_admin: ['*'],
    },
    models: {
      user: ['use_standard'],
      premium: ['use_advanced'],
      super_admin: ['configure'],
    },
    admin_panel: {
      admin: ['open', 'read_usage'],
      super_admin: ['*'],
    },
  },
} as const satisfies Preset;
