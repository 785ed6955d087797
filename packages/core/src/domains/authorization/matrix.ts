import type { CompiledPolicy } from './compile-policy.js';
import { concerns } from './judge.js';
import type { CompiledPermission } from './permission-rules.js';

/** Whether a role may: whatever the record of their own tenant, for some records, or never. */
export type Extent = 'always' | 'sometimes' | 'never';

/** What a role may do, one line of the matrix of a policy. */
export interface RoleGrants {
  readonly role: string;
  readonly permissions: Readonly<Record<string, Extent>>;
}

/** Who may do what, a line for each role, by roles alone: what rules say of everybody counts for every role. */
export function listMatrix(
  { permissions, roles }: CompiledPolicy,
  names: readonly string[],
): readonly RoleGrants[] {
  return names.map((role) => {
    const bits = roles.get(role)?.bits as Uint32Array;
    const extents = [...permissions].map(([name, compiled]) => [name, extentOf(compiled, bits)] as const);
    return { role, permissions: Object.fromEntries(extents) };
  });
}

function extentOf(compiled: CompiledPermission, bits: Uint32Array): Extent {
  const { rules, denies, relations, allows } = compiled;
  const denying = rules.denies.filter((_rule, index) => concerns(bits, denies[index] as never));
  if (denying.some(({ when }) => when.kind === 'constant')) return 'never';
  const isGranted = concerns(bits, compiled);
  if (isGranted) return denying.length === 0 ? 'always' : 'sometimes';
  return [...relations, ...allows].some((rule) => concerns(bits, rule)) ? 'sometimes' : 'never';
}

/** A gained or lost line of {@link diffMatrices}. */
export interface MatrixChange {
  readonly role: string;
  readonly permission: string;
  readonly before: Extent;
  readonly after: Extent;
}

/** What roles gain and lose from one policy to another: for whoever reviews a change. */
export function diffMatrices(
  before: readonly RoleGrants[],
  after: readonly RoleGrants[],
): readonly MatrixChange[] {
  const lineOf = (matrix: readonly RoleGrants[], role: string): Readonly<Record<string, Extent>> =>
    matrix.find((line) => line.role === role)?.permissions ?? {};
  const roles = new Set([...before, ...after].map(({ role }) => role));
  return [...roles].flatMap((role) => {
    const old = lineOf(before, role);
    const current = lineOf(after, role);
    return [...new Set([...Object.keys(old), ...Object.keys(current)])].flatMap((permission) => {
      const change = {
        role,
        permission,
        before: old[permission] ?? 'never',
        after: current[permission] ?? 'never',
      };
      return change.before === change.after ? [] : [change];
    });
  });
}
