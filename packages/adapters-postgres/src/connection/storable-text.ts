/** NUL and lone surrogates: JavaScript has them in strings, Postgres in no text. */
const unstorable = /[\0\p{Surrogate}]/gu;
const maxIdLength = 255;
/** The longest address that mail can be sent to is shorter (RFC 5321). */
const maxAddressLength = 320;

/** Whether every id can be stored here at all. One that cannot belongs to nobody, so asking for it finds nothing. */
export function areStorableIds(...ids: readonly string[]): boolean {
  return ids.every((id) => id.length <= maxIdLength && id.search(unstorable) < 0);
}

/** Whether an address can be stored here at all. */
export function isStorableAddress(address: string): boolean {
  return address.length <= maxAddressLength && address.search(unstorable) < 0;
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

/** `text` with U+FFFD for what Postgres cannot hold: for what is only shown, such as a user agent. */
export function toStorable<T extends string | null>(text: T): T {
  return (text === null ? null : text.replace(unstorable, '\ufffd')) as T;
}
