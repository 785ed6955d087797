import type { PublicJsonWebKey } from './json-web-key-set.js';
import { requireSigningKeyMaterial, type SigningKey } from './signing-key.js';
import type { TokenKey, TokenKeys } from './token-key.js';

/** A list of keys, or a function that answers with the list of this moment. */
export type SigningKeySource = readonly SigningKey[] | (() => readonly SigningKey[]);

/** The keys of one list, sorted by what they may do. */
interface SortedKeys {
  readonly list: readonly SigningKey[];
  readonly active: TokenKey | null;
  readonly usable: ReadonlyMap<string, TokenKey>;
  readonly published: readonly PublicJsonWebKey[];
}

/** Asymmetric keys, and what of them may be published. */
export interface SigningTokenKeys extends TokenKeys {
  /** The public halves of all keys that are not retired, the active one first. */
  listPublicKeys(): readonly PublicJsonWebKey[];
}

/**
 * Asymmetric keys by their state.
 *
 * @throws `TypeError` at once, or for a function at the first use of a wrong list, when a key is listed twice or more
 * than one is active.
 */
export function createSigningTokenKeys(source: SigningKeySource): SigningTokenKeys {
  const list = typeof source === 'function' ? source : () => source;
  let sorted = sortKeys(list());

  function current(): SortedKeys {
    const now = list();
    if (now !== sorted.list) sorted = sortKeys(now);
    return sorted;
  }

  return {
    find: (keyId) => current().usable.get(keyId) ?? null,
    findActive: () => current().active,
    listPublicKeys: () => current().published,
  };
}

function sortKeys(list: readonly SigningKey[]): SortedKeys {
  const ids = new Set(list.map(({ keyId }) => keyId));
  const active = list.filter(({ state }) => state === 'active');
  if (list.length === 0) throw new TypeError('signingKeys: expected at least one');
  if (ids.size < list.length) throw new TypeError('signingKeys: the same key is listed twice');
  if (active.length > 1) throw new TypeError('signingKeys: only one can be active');

  const others = list.filter(({ state }) => state === 'next' || state === 'retiring');
  const materials = [...active, ...others].map(requireSigningKeyMaterial);
  return {
    list,
    active: active.length === 0 ? null : (materials[0]?.tokenKey ?? null),
    usable: new Map(materials.map(({ tokenKey }) => [tokenKey.keyId, tokenKey])),
    published: Object.freeze(materials.map(({ publicJwk }) => publicJwk)),
  };
}
