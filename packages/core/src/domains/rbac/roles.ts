/** What a role is: what it inherits and what it may do itself. */
export interface RoleDefinition<Role extends string, Permission extends string> {
  /** Roles whose permissions this one has too. */
  readonly inherits?: readonly NoInfer<Role>[];
  /** Names such as `reports:read`. */
  readonly permissions?: readonly Permission[];
}

/** The roles of an app, compiled. A user with several roles has the union of their permissions. */
export interface Roles<Role extends string = string, Permission extends string = string> {
  /** Every role, in the order of definition. */
  readonly names: readonly Role[];
  /** Whether `name` is a role of this app. */
  isRole(name: string): name is Role;
  /** Whether the roles together grant the permission. Unknown roles grant nothing. Allocates nothing. */
  can(roles: readonly string[], permission: Permission): boolean;
  /** Whether one of the roles is `role` or inherits from it. Allocates nothing. */
  has(roles: readonly string[], role: Role): boolean;
  /** What the roles together grant, sorted. */
  listPermissions(roles: readonly string[]): readonly Permission[];
}

interface CompiledRole {
  readonly permissions: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
}

/**
 * Roles with inheritance, checked by the compiler and flattened once.
 *
 * ```ts
 * const roles = defineRoles({
 *   employee: { permissions: ['reports:read'] },
 *   manager: { inherits: ['employee'], permissions: ['reports:approve'] },
 *   boss: { inherits: ['manager'], permissions: ['accounts:create'] },
 * });
 * roles.can(['manager'], 'reports:read'); // true
 * ```
 *
 * @throws `TypeError` for an unknown parent, or a cycle, with its path.
 */
export function defineRoles<const Role extends string, const Permission extends string = never>(
  definition: Readonly<Record<Role, RoleDefinition<Role, Permission>>>,
): Roles<Role, Permission> {
  const names = Object.keys(definition) as Role[];
  const compiled = new Map<string, CompiledRole>();

  const compile = (role: Role, path: readonly string[]): CompiledRole => {
    if (path.includes(role))
      throw new TypeError(`roles: inheritance goes in a circle: ${[...path, role].join(' -> ')}`);
    const known = compiled.get(role);
    if (known !== undefined) return known;
    if (!Object.hasOwn(definition, role)) {
      throw new TypeError(`roles: ${path.at(-1)} inherits from ${role}, which is not defined`);
    }
    const { inherits = [], permissions = [] } = definition[role];
    const parents = inherits.map((parent) => compile(parent, [...path, role]));
    const result = {
      permissions: new Set([...permissions, ...parents.flatMap((parent) => [...parent.permissions])]),
      roles: new Set([role, ...parents.flatMap((parent) => [...parent.roles])]),
    };
    compiled.set(role, result);
    return result;
  };
  for (const role of names) compile(role, []);

  return {
    names,
    isRole: (name): name is Role => compiled.has(name),

    can(roles, permission) {
      for (const role of roles) if (compiled.get(role)?.permissions.has(permission) === true) return true;
      return false;
    },

    has(roles, wanted) {
      for (const role of roles) if (compiled.get(role)?.roles.has(wanted) === true) return true;
      return false;
    },

    listPermissions(roles) {
      const granted = new Set(roles.flatMap((role) => [...(compiled.get(role)?.permissions ?? [])]));
      return [...granted].sort() as Permission[];
    },
  };
}
