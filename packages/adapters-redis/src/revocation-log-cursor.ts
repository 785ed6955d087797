import { createHash } from 'node:crypto';
import { buckets } from './buckets.js';

/** Where a reader stands in the log of one bucket: at an entry that it has read. */
export interface Position {
  readonly id: string;
  /** {@link checkOf} the entry, for another history may use the same id again. */
  readonly check: string;
  /** The last end of all that the reader was told by this bucket, in milliseconds. */
  readonly untilMs: number;
}

/** For each bucket where the reader stands, or `null` for its beginning. */
export type Positions = readonly (Position | null)[];

/** Before everything. */
export const beginning: Positions = buckets.map(() => null);

const form = /^(\d{1,19}-\d{1,19})_([\w-]{8})_(\d{1,16})$/;

/** A digest of an entry, short: it only has to tell histories of one log apart. */
export function checkOf(entry: string): string {
  return createHash('sha256').update(entry).digest('base64url').slice(0, 8);
}

/** The positions as the cursor that a reader keeps. */
export function formatCursor(positions: Positions): string {
  return positions
    .map((position) => (position === null ? '' : `${position.id}_${position.check}_${position.untilMs}`))
    .join(',');
}

/** The reverse of {@link formatCursor}; `null` for what is no cursor. */
export function findPositions(cursor: string): Positions | null {
  const parts = cursor.split(',');
  if (parts.length !== buckets.length) return null;
  const positions: (Position | null)[] = [];
  for (const part of parts) {
    const [, id, check, untilMs] = form.exec(part) ?? [];
    if (id !== undefined && check !== undefined) positions.push({ id, check, untilMs: Number(untilMs) });
    else if (part === '') positions.push(null);
    else return null;
  }
  return positions;
}
