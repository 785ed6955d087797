const maxIdLength = 255;

/**
 * Refuses what other stores cannot write, so that an app finds out before it changes its store.
 *
 * @throws `TypeError` naming the first id that is too long or holds NUL or a lone surrogate, without its value.
 */
export function requireStorableIds(ids: Readonly<Record<string, string>>): void {
  for (const [name, id] of Object.entries(ids)) {
    if (id.length <= maxIdLength && !/[\0\p{Surrogate}]/u.test(id)) continue;
    throw new TypeError(
      `${name}: must be at most ${maxIdLength} characters, without NUL and lone surrogates`,
    );
  }
}
