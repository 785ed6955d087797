import { type RawBuilder, sql } from 'kysely';

/**
 * How a column holds an attribute, where it is not `text`, `float8`, `boolean`, `timestamptz`, `text[]` or `float8[]`.
 *
 * - `uuid`: equality uses an index; an id that is not written as Postgres writes it is nobody's.
 * - `integer`: `smallint`, `integer` or `bigint`.
 * - `numeric`: also one that is too large for a number of JavaScript, which is unknown then.
 * - `real`: by its shortest decimal text, as drivers read it.
 * - `as_text`: compared as its text (or array of texts), such as an enum, `varchar` or `citext`, and without an index on it.
 */
export type ColumnType = 'uuid' | 'integer' | 'numeric' | 'real' | 'as_text';

/** A column of another type than the usual one. */
export interface Column {
  readonly column: string;
  readonly type: ColumnType;
}

/** Where attributes are. */
export interface ColumnsOptions {
  /** Columns by attribute. Default: as the attribute is named, or as `naming` says. */
  readonly columns?: Readonly<Record<string, string | Column>>;
  /** `snake_case`: what `columns` leaves out is in `author_id` for `authorId`. Default `as_is`. */
  readonly naming?: 'as_is' | 'snake_case';
}

/** A column in a statement. */
export interface ColumnRef {
  readonly ref: RawBuilder<unknown>;
  /** Its bare name. */
  readonly name: string;
  readonly type: ColumnType | 'usual';
}

/** Finds the column of an attribute. @param table what columns are named by; left out: they stand alone. */
export function createColumns(
  { columns = {}, naming = 'as_is' }: ColumnsOptions,
  table?: string,
): (attribute: string) => ColumnRef {
  return (attribute) => {
    const given = Object.hasOwn(columns, attribute) ? columns[attribute] : undefined;
    const { column, type } =
      typeof given === 'object'
        ? given
        : {
            column: given ?? (naming === 'as_is' ? attribute : toSnakeCase(attribute)),
            type: 'usual' as const,
          };
    return { ref: table === undefined ? sql.id(column) : sql.id(table, column), name: column, type };
  };
}

function toSnakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
