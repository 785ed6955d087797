import type pg from 'pg';
import type { SentStatement } from './counted-stores.js';

/** How Postgres goes about one table in a statement, or sorts what it has read of them. */
export interface TableAccess {
  /** Such as `Index Scan`. */
  readonly how: string;
  /** Or an index; `''` where it sorts. */
  readonly table: string;
  /** Only a part of the index is read. */
  readonly hasCondition: boolean;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Operation?: string;
  readonly Plans?: readonly PlanNode[];
}

/** How the values of a statement are known to the planner: each time anew, or not at all. */
export const planModes = ['force_custom_plan', 'force_generic_plan'] as const;

/**
 * How a statement would read tables, as it is sent over and over: prepared.
 *
 * @param client on a connection where no other test prepares anything.
 */
export async function explain(
  client: pg.ClientBase,
  { text, values }: SentStatement,
  mode: (typeof planModes)[number],
): Promise<readonly TableAccess[]> {
  const literals = values.map((value) =>
    value === null ? 'null' : `'${String(value).replaceAll("'", "''")}'`,
  );
  const given = literals.length === 0 ? '' : `(${literals.join(', ')})`;
  await client.query(`set plan_cache_mode = ${mode}`);
  await client.query(`prepare explained as ${text}`);
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
      `explain (format json) execute explained${given}`,
    );
    return rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan }) => listAccesses(Plan)));
  } finally {
    await client.query('deallocate explained');
  }
}

function listAccesses(node: PlanNode): readonly TableAccess[] {
  const below = (node.Plans ?? []).flatMap(listAccesses);
  const how = node['Node Type'];
  if (/Sort$/.test(how)) return [{ how, table: '', hasCondition: false }, ...below];
  // A bitmap scan of a table reads what the scan of the index below it found.
  const table = how === 'Bitmap Index Scan' ? node['Index Name'] : node['Relation Name'];
  if (table === undefined || how === 'ModifyTable' || how === 'Bitmap Heap Scan') return below;
  return [{ how, table, hasCondition: node['Index Cond'] !== undefined }, ...below];
}
