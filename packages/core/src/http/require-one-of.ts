/**
 * The value of an option that allows only a few.
 *
 * @throws `TypeError` naming the option: a misspelt one must not quietly switch a defence off.
 */
export function requireOneOf<T extends string>(option: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value)) throw new TypeError(`${option}: expected one of ${allowed.join(', ')}`);
  return value;
}
