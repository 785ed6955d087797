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
  // The way down to where we are: no recursion, so that nothing is too deep.
  const path: { readonly role: string; readonly parents: Iterator<string> }[] = [];
  const onPath = new Set<string>();

  const enter = (role: string): void => {
    if (onPath.has(role)) {
      const names = [...onPath, role];
      const circle = names.slice(names.indexOf(role));
      throw new TypeError(`roles: inheritance goes in a circle: ${circle.join(' -> ')}`);
    }
    if (!Object.hasOwn(roles, role))
      throw new TypeError(`roles: ${path.at(-1)?.role} inherits from ${role}, which is not defined`);
    path.push({ role, parents: (roles[role]?.inherits ?? []).values() });
    onPath.add(role);
  };
  for (const first of Object.keys(roles)) {
    if (!ordered.has(first)) enter(first);
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const parent = last.parents.next();
      if (parent.done === true) {
        ordered.add(last.role);
        onPath.delete(last.role);
        path.pop();
      } else if (!ordered.has(parent.value)) enter(parent.value);
    }
  }
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
