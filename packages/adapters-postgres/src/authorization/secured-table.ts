import { type BaseKind, listTerms, type PermissionRules } from '@tessera-auth/core/authorization';
import { type ColumnRef, type ColumnsOptions, createColumns } from './columns.js';
import { type Command, type DatabasePolicy, listDatabasePolicies } from './policy-statements.js';
import { readsOf } from './principal-setting.js';
import { quoteName } from './sql-texts.js';

/** A table that holds the records of a resource. */
export interface SecuredTable<Action extends string = string> extends ColumnsOptions {
  readonly table: string;
  /** Default `public`. */
  readonly schema?: string;
  /** Which action a row is selected, inserted, updated and deleted by. What is left out nobody can do. */
  readonly commands: {
    readonly select?: Action;
    /** Asked about the new row. */
    readonly insert?: Action;
    /** Asked about the row as it was, and as it will be unless there is `updated`. */
    readonly update?: Action;
    /** Asked about the row as it will be, where that is another action. */
    readonly updated?: Action;
    readonly delete?: Action;
  };
}

/** A table, resolved. */
export interface SecuredTableFacts {
  /** Quoted, with its schema. */
  readonly table: string;
  readonly schema: string;
  readonly name: string;
  readonly policies: readonly DatabasePolicy[];
  /** The attributes that policies look at, where they are. */
  readonly columns: ReadonlyMap<string, { readonly kind: BaseKind; readonly column: ColumnRef }>;
}

/** The policies of one table. What they look at is added to `reads`. @throws `TypeError` for actions that are not there. */
export function resolveTable(
  resource: string,
  { table, schema = 'public', commands, ...columns }: SecuredTable,
  rulesOf: (permission: string) => PermissionRules,
  reads: { readonly attributes: Map<string, BaseKind>; readonly grants: Set<string> },
): SecuredTableFacts {
  const read = (action: string | undefined): PermissionRules | null =>
    action === undefined ? null : rulesOf(`${resource}:${action}`);
  const { select, insert, update, updated, delete: deleted } = commands;
  if (update === undefined && updated !== undefined)
    throw new TypeError(`tables.${resource}.commands.updated: there is no update`);
  const old = read(update);
  const rules: readonly (readonly [Command, PermissionRules | null, PermissionRules | null])[] = [
    ['select', read(select), null],
    ['insert', null, read(insert)],
    ['update', old, updated === undefined || updated === update ? old : read(updated)],
    ['delete', read(deleted), null],
  ];
  const column = createColumns(columns);
  const found = new Map<string, { readonly kind: BaseKind; readonly column: ColumnRef }>();
  for (const one of rules.flatMap(([, using, check]) => [using, check]).filter((given) => given !== null)) {
    const facts = [...one.denies, ...one.relations, ...one.allows];
    for (const grant of [one.permission, ...facts.map((fact) => fact.grant)])
      if (grant !== null) reads.grants.add(grant);
    const terms = facts.flatMap(({ when }) => listTerms(when));
    for (const [name, kind] of readsOf(terms)) reads.attributes.set(name, kind);
    for (const term of terms)
      if (term.kind === 'resource')
        found.set(term.attribute, { kind: term.type, column: column(term.attribute) });
    if (one.tenant !== null) found.set(one.tenant, { kind: 'string', column: column(one.tenant) });
  }
  return {
    table: `${quoteName(schema)}.${quoteName(table)}`,
    schema,
    name: table,
    policies: rules.flatMap(([command, using, check]) =>
      listDatabasePolicies({ command, using, check }, column),
    ),
    columns: found,
  };
}
