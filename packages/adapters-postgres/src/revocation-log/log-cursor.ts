import { isStorableText } from '@tessera-auth/core/stores';

/** The place of an entry in the order in which pages give them: when it was changed, then its key. */
export type LogPosition = readonly [changedIn: string, kind: string, tenantId: string, name: string];

/** How far a reader has come. */
export interface LogCursor {
  /** Which server, timeline, start, recovery, database and table the rest is about. */
  readonly source: string;
  /** A snapshot in the sense of Postgres: what was committed in it has been read. */
  readonly since: string;
  /** Between two pages: the snapshot of the first of them, and the last entry read. Otherwise `null`. */
  readonly paging: { readonly from: string; readonly after: LogPosition } | null;
}

/** A snapshot in which nothing was committed yet. */
export const emptySnapshot = '1:1:';

/** The text of a cursor. */
export function printCursor({ source, since, paging }: LogCursor): string {
  return JSON.stringify([source, since, ...(paging === null ? [] : [paging.from, ...paging.after])]);
}

/** The cursor of a text of {@link printCursor}; of any other `null`. */
export function parseCursor(text: string): LogCursor | null {
  const parts = parseTexts(text);
  const [source, since, from, ...after] = parts;
  if (source === undefined || since === undefined || !isSnapshot(since)) return null;
  if (from === undefined) return { source, since, paging: null };
  if (!isPosition(after) || !isSnapshot(from)) return null;
  return { source, since, paging: { from, after } };
}

/** The list of strings that `text` is in JSON; empty if it is none, or has characters that Postgres does not. */
function parseTexts(text: string): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(text);
    const isTexts =
      Array.isArray(parsed) && parsed.every((part) => typeof part === 'string' && isStorableText(part));
    return isTexts ? parsed : [];
  } catch {
    return [];
  }
}

function isPosition(parts: readonly string[]): parts is LogPosition {
  return parts.length === 4 && isTransactionId(parts[0] ?? '');
}

/** Below 10^18, well within the 64 bits that Postgres has. */
function isTransactionId(text: string): boolean {
  return /^[1-9]\d{0,17}$/.test(text);
}

/** `xmin:xmax:` and the transactions between them that were under way, rising. Postgres refuses any other. */
function isSnapshot(text: string): boolean {
  const [xmin = '', xmax = '', listed, ...more] = text.split(':');
  if (listed === undefined || more.length > 0) return false;
  const underWay = listed === '' ? [] : listed.split(',');
  if (![xmin, xmax, ...underWay].every(isTransactionId)) return false;
  const [first, end, ...between] = [xmin, xmax, ...underWay].map(BigInt) as [bigint, bigint, ...bigint[]];
  return (
    first <= end &&
    between.every((id, index) => id >= first && id < end && id > (between[index - 1] ?? first - 1n))
  );
}
