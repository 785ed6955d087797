/** NUL parts names in tags, and lone surrogates all become the same character on the way to Redis. */
const unstorable = /[\0\p{Surrogate}]/u;
const maxIdLength = 255;

/** Whether every id can be stored here at all. One that cannot belongs to nobody, so asking for it finds nothing. */
export function areStorableIds(...ids: readonly string[]): boolean {
  return ids.every((id) => id.length <= maxIdLength && !unstorable.test(id));
}

/**
 * Insists on ids that can be stored, where something is to be written under them.
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

/**
 * Insists on text that comes back as it was.
 *
 * @throws `TypeError` naming the first that would not, without its value.
 */
export function requireStorableText(texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (unstorable.test(text)) throw new TypeError(`${name}: must be without NUL and lone surrogates`);
  }
}
