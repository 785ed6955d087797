import type { Change } from './compare-snapshots.js';
import { formatTable } from './format-table.js';

const order: readonly Change['direction'][] = ['gained', 'changed', 'lost'];

/** The changes for a terminal, what is gained first. */
export function formatChanges(changes: readonly Change[]): string {
  if (changes.length === 0) return 'Nothing changed.\n';
  const sorted = order.flatMap((wanted) => changes.filter(({ direction }) => direction === wanted));
  return formatTable(
    sorted.map(({ direction, permission, of, before, after }) => [
      direction,
      permission,
      of,
      `${before} -> ${after}`,
    ]),
  );
}
