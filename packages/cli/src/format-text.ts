import { formatTable } from './format-table.js';
import type { RuleLine, Snapshot } from './snapshot.js';

const legend = `always: whatever the record, within the tenant where there is one
sometimes: for some records, by what follows
-: never
`;

/** The policy for a terminal: the matrix, then what it depends on besides roles. */
export function formatText({ matrix, rules }: Snapshot): string {
  const permissions = Object.keys(matrix[0]?.permissions ?? {});
  const table = formatTable([
    ['', ...matrix.map(({ role }) => role)],
    ...permissions.map((permission) => [
      permission,
      ...matrix.map((line) => (line.permissions[permission] ?? 'never').replace('never', '-')),
    ]),
  ]);
  const lines = formatTable(
    listInForce(rules).map(({ permission, effect, name, when, roles }) => [
      permission,
      effect,
      name,
      when,
      describeRoles(roles),
    ]),
  );
  return [table, legend, ...(lines === '' ? [] : [lines])].join('\n');
}

/** The lines that are about somebody. Relations that no role uses are there for roles made at run time. */
export function listInForce(rules: readonly RuleLine[]): readonly RuleLine[] {
  return rules.filter(({ roles }) => roles === null || roles.length > 0);
}

/** Whom a rule is about, in words. */
export function describeRoles(roles: RuleLine['roles']): string {
  return roles === null ? 'everybody' : roles.join(', ') || 'nobody';
}
