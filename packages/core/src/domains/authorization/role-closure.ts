/** A role and what it inherits directly. */
export interface RoleNode {
  readonly inherits?: readonly string[];
}

/**
 * Every role after all that it inherits from.
 *
 * @throws `TypeError` for a parent that is not there, and for a circle with its path.
 */
export function orderRoles(roles: Readonly<Record<string, RoleNode>>): readonly string[] {
  const ordered = new Set<string>();
  const path: string[] = [];
  const onPath = new Set<string>();

  const visit = (role: string): void => {
    if (ordered.has(role)) return;
    if (onPath.has(role))
      throw new TypeError(
        `roles: inheritance goes in a circle: ${[...path.slice(path.indexOf(role)), role].join(' -> ')}`,
      );
    if (!Object.hasOwn(roles, role))
      throw new TypeError(`roles: ${path.at(-1)} inherits from ${role}, which is not defined`);
    path.push(role);
    onPath.add(role);
    for (const parent of roles[role]?.inherits ?? []) visit(parent);
    onPath.delete(role);
    path.pop();
    ordered.add(role);
  };
  for (const role of Object.keys(roles)) visit(role);
  return [...ordered];
}

/** The shortest way from one of `from`, along what is inherited, to a role that `isWanted`; or `null`. */
export function findRolePath(
  roles: Readonly<Record<string, RoleNode>>,
  from: readonly string[],
  isWanted: (role: string) => boolean,
): readonly string[] | null {
  const seen = new Set<string>();
  let paths = from.filter((role) => Object.hasOwn(roles, role)).map((role): readonly string[] => [role]);
  while (paths.length > 0) {
    const found = paths.find((path) => isWanted(path.at(-1) as string));
    if (found !== undefined) return found;
    paths = paths.flatMap((path) => {
      const role = path.at(-1) as string;
      if (seen.has(role)) return [];
      seen.add(role);
      return (roles[role]?.inherits ?? []).map((parent) => [...path, parent]);
    });
  }
  return null;
}
