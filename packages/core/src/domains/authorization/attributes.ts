/**
 * What kind of value an attribute holds. A list of texts names the only ones it may be.
 *
 * There is no order of texts: databases and JavaScript do not agree on one.
 */
export type AttributeKind =
  | 'string'
  | 'number'
  | 'boolean'
  | 'date'
  | 'string[]'
  | 'number[]'
  | readonly [string, ...string[]];

/** Attributes by name. */
export type AttributeKinds = Readonly<Record<string, AttributeKind>>;

/** The type of the values of one kind. */
export type ValueOfKind<K> = K extends 'string'
  ? string
  : K extends 'number'
    ? number
    : K extends 'boolean'
      ? boolean
      : K extends 'date'
        ? Date
        : K extends 'string[]'
          ? readonly string[]
          : K extends 'number[]'
            ? readonly number[]
            : K extends readonly (infer Name extends string)[]
              ? Name
              : never;

/** An object with these attributes. What is `null` is unknown: it allows nothing, and it excuses from no deny rule. */
export type Attributes<A> = { readonly [Name in keyof A]: ValueOfKind<A[Name]> | null };

/** What an attribute may be compared with. A date is the milliseconds since 1970. */
export type Known = string | number | boolean | readonly (string | number)[];

/** The kinds at run time, those with named texts being texts. */
export type BaseKind = 'string' | 'number' | 'boolean' | 'date' | 'string[]' | 'number[]';

/** Turns a value into one that can be compared; `undefined` for what is absent, of another type, or no real number or date. */
export type ReadValue = (value: unknown) => Known | undefined;

const kinds: Readonly<Record<BaseKind, ReadValue>> = {
  string: (value) => (typeof value === 'string' ? value : undefined),
  number: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  date: (value) => (value instanceof Date ? readDateMs(value.getTime()) : undefined),
  'string[]': (value) => (Array.isArray(value) ? value : undefined),
  'number[]': (value) => (Array.isArray(value) ? value : undefined),
};

/** The milliseconds, unless there is no such date. */
export function readDateMs(ms: number): number | undefined {
  return Math.abs(ms) <= 8_640_000_000_000_000 ? ms : undefined;
}

/** What reads values of this kind. */
export function readerOfKind(kind: BaseKind): ReadValue {
  return kinds[kind];
}

/** @throws `TypeError` when it is no kind. */
export function requireKind(owner: string, name: string, kind: unknown): BaseKind {
  if (Array.isArray(kind) && kind.length > 0 && kind.every((text) => typeof text === 'string'))
    return 'string';
  if (typeof kind === 'string' && Object.hasOwn(kinds, kind)) return kind as BaseKind;
  throw new TypeError(`${owner}.${name}: there is no such kind of attribute`);
}
