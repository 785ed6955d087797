/** NUL parts names in keys and is in no text of Postgres; lone surrogates all become one character on the way to a server. */
const unstorable = /[\0\p{Surrogate}]/u;
const maxIdLength = 255;

/** For stores: whether text comes back as it was. */
export function isStorableText(text: string): boolean {
  return !unstorable.test(text);
}

/** For stores: whether every id can be stored at all. One that cannot belongs to nobody, so asking for it finds nothing. */
export function areStorableIds(...ids: readonly string[]): boolean {
  return ids.every((id) => id.length <= maxIdLength && isStorableText(id));
}

/**
 * For stores: insists on ids that can be stored, where something is to be written under them.
 *
 * @throws `TypeError` naming the first that cannot, without its value.
 */
export function requireStorableIds(ids: Readonly<Record<string, string>>): void {
  for (const [name, id] of Object.entries(ids)) {
    if (areStorableIds(id)) continue;
    throw new TypeError(
      `${name}: must be at most ${maxIdLength} characters, without NUL and lone surrogates`,
    );
  }
}
