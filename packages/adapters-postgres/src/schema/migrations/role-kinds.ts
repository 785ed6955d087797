import type { MigrationFor } from '../migration.js';

const watchedBefore = ['tenant_id', 'user_id', 'role', 'assigned_by', 'expires_at'];

/**
 * Whether an assignment is of a role that was made at run time: its name may be that of another one in the code, of this release or
 * of another. What is there is of such a role where the tenant has one. Who changes it by hand is recorded.
 */
export const roleKindsMigration: MigrationFor = ({ schema, quoted, bare }) => {
  const { role_assignments: assignments, roles } = quoted;
  const note = `"${schema}"."${bare.audit_manual_changes}_note_role"`;
  const watch = (columns: readonly string[]): readonly string[] => [
    `drop trigger note_manual_update on ${assignments}`,
    `create trigger note_manual_update after update on ${assignments}
  for each row when (
    new.revision <> old.revision + 1
    and (${listColumns('old', columns)}) is distinct from (${listColumns('new', columns)})
  ) execute function ${note}(${['role_assignments', ...columns].map((text) => `'${text}'`).join(', ')})`,
  ];
  return {
    id: '0016_role_kinds',
    up: [
      `alter table ${assignments} add column is_custom boolean not null default false`,
      `update ${assignments} as held set is_custom = true
  from ${roles} as custom where custom.tenant_id = held.tenant_id and custom.name = held.role`,
      ...watch([...watchedBefore, 'is_custom']),
    ],
    down: [...watch(watchedBefore), `alter table ${assignments} drop column is_custom`],
  };
};

function listColumns(row: 'old' | 'new', names: readonly string[]): string {
  return names.map((name) => `${row}.${name}`).join(', ');
}
