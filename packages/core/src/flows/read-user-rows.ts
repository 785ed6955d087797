import { type ImportedUser, importedFields, type SourceRow } from './import-row.js';
import { readCsv } from './read-csv.js';
import { readLines, type TextChunks } from './read-text.js';

/** How the fields of users are called in a file. */
export interface UserFileOptions {
  /** Names in the file, where they are others than those of {@link ImportedUser}. */
  readonly fields?: Readonly<Partial<Record<keyof ImportedUser, string>>>;
  /** Leaves out what is not a field of users. Default `false`: it is refused, for a name may be misspelt. */
  readonly ignoresOtherFields?: boolean;
}

/** How a CSV file is written. */
export interface CsvUserFileOptions extends UserFileOptions {
  /** What parts fields: `','` (default), `';'` or a tab. */
  readonly delimiter?: ',' | ';' | '\t';
}

/**
 * The users of a CSV file (RFC 4180, UTF-8) whose first row names the fields; for `importUsers`.
 *
 * Empty fields count as left out. `roles` are parted by `|`; `emailVerified` is `true`, `t` or `1`, or `false`, `f` or `0`. Reads as
 * it goes, rows of up to 65,536 characters.
 */
export async function* readUsersFromCsv(
  chunks: TextChunks,
  options: CsvUserFileOptions = {},
): AsyncGenerator<SourceRow> {
  const names = invertNames(options);
  let header: readonly (keyof ImportedUser | null)[] | null = null;
  for await (const { line, fields } of readCsv(chunks, options.delimiter ?? ',')) {
    if (fields === 'unreadable') return yield { line, problem: 'source_unreadable' };
    if (header === null) {
      header = fields === null ? null : readHeader(fields, names, options);
      if (header === null) return yield { line, problem: 'header_invalid' };
      continue;
    }
    yield fields === null || fields.length !== header.length
      ? { line, problem: 'row_malformed' }
      : { line, user: readFields(header, fields) };
  }
}

/**
 * The users of a file with one JSON object a line (UTF-8); for `importUsers`. Empty lines are left out. Reads as it goes, lines of up
 * to 65,536 characters.
 */
export async function* readUsersFromJsonLines(
  chunks: TextChunks,
  options: UserFileOptions = {},
): AsyncGenerator<SourceRow> {
  const names = invertNames(options);
  for await (const { line, text, isUnreadable } of readLines(chunks)) {
    if (isUnreadable === true) return yield { line, problem: 'source_unreadable' };
    if (text !== null && text.trim() === '') continue;
    const user = text === null ? null : readObject(text, names, options);
    yield user === null ? { line, problem: 'row_malformed' } : { line, user };
  }
}

type Names = ReadonlyMap<string, keyof ImportedUser>;

/** Our field by its name in the file. */
function invertNames({ fields = {} }: UserFileOptions): Names {
  return new Map(importedFields.map((field) => [fields[field] ?? field, field]));
}

function readHeader(
  columns: readonly string[],
  names: Names,
  { ignoresOtherFields = false }: UserFileOptions,
): readonly (keyof ImportedUser | null)[] | null {
  const header = columns.map((column) => names.get(column) ?? null);
  const known = header.filter((field) => field !== null);
  const isAcceptable =
    known.includes('email') &&
    new Set(known).size === known.length &&
    (ignoresOtherFields || known.length === header.length);
  return isAcceptable ? header : null;
}

function readFields(header: readonly (keyof ImportedUser | null)[], values: readonly string[]): object {
  return Object.fromEntries(
    header.flatMap((field, at) => {
      const value = values[at] ?? '';
      return field === null || value === '' ? [] : [[field, readValue(field, value)]];
    }),
  );
}

function readValue(field: keyof ImportedUser, value: string): unknown {
  if (field === 'roles') return value.split('|');
  if (field !== 'emailVerified') return value;
  if (/^(?:true|t|1)$/i.test(value)) return true;
  // Anything else is refused with the row.
  return /^(?:false|f|0)$/i.test(value) ? false : value;
}

function readObject(
  text: string,
  names: Names,
  { ignoresOtherFields = false }: UserFileOptions,
): object | null {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  const known = entries.flatMap(([name, member]) => {
    const field = names.get(name);
    return field === undefined ? [] : [[field, member] as const];
  });
  return known.length < entries.length && !ignoresOtherFields ? null : Object.fromEntries(known);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
