// Enough of the signature to tell tokens apart; short, because the map hashes it at every look-up.
const tailLength = 43;

/** Remembers what was found out about tokens that proved to be right. */
export interface VerifiedTokenCache<Value> {
  /** What was remembered for exactly this token, or `null`. */
  find(token: string): Value | null;
  /** Remembers `value`. Only for tokens whose signature was right, or anybody could fill the memory. */
  add(token: string, value: Value): void;
}

interface Entry<Value> {
  readonly token: string;
  readonly value: Value;
}

/**
 * A cache of at most `size` tokens (rounded up to an even number), about 1.5 kB each, that forgets those which were not used for longest.
 *
 * Two generations stand in for a list of uses: when the young one is full it becomes the old one, and what is found
 * in the old one moves to the young one again.
 *
 * The whole token is compared at every hit: a cache that trusts a part of it accepts forgeries (CVE-2026-35030).
 */
export function createVerifiedTokenCache<Value>(size: number): VerifiedTokenCache<Value> {
  const generationSize = Math.ceil(size / 2);
  let young = new Map<string, Entry<Value>>();
  let old = young;

  function put(tail: string, entry: Entry<Value>): void {
    if (young.size >= generationSize) {
      old = young;
      young = new Map();
    }
    young.set(tail, entry);
  }

  return {
    find(token) {
      const tail = token.slice(-tailLength);
      const fresh = young.get(tail);
      const entry = fresh ?? old.get(tail);
      if (entry === undefined || entry.token !== token) return null;
      if (fresh === undefined) put(entry.token.slice(-tailLength), entry);
      return entry.value;
    },

    add(token, value) {
      // A copy, since the token is often a slice that would keep a whole request header alive. It is ASCII.
      const copy = Buffer.from(token, 'latin1').toString('latin1');
      put(copy.slice(-tailLength), { token: copy, value });
    },
  };
}
