import type { TokenHeader } from './token-header.js';

// A deployment has a handful of keys, each of which signs under one header.
const maxHeaders = 32;

/** Remembers the headers that are in use, so that each is read only once. */
export interface TokenHeaderMemory {
  /** What a remembered header says, or `null`. */
  find(text: string): TokenHeader | null;
  /** Remembers the header of a token whose signature was right. */
  add(text: string, header: TokenHeader): void;
}

interface KnownHeader {
  /** A copy, since a slice would keep the whole token alive. */
  readonly text: string;
  readonly header: TokenHeader;
}

/** An empty memory. */
export function createTokenHeaderMemory(): TokenHeaderMemory {
  const known = new Map<string, KnownHeader>();
  let last: KnownHeader | null = null;
  return {
    find(text) {
      // Mostly it is the same one again, and comparing is cheaper than hashing.
      if (last?.text !== text) last = known.get(text) ?? null;
      return last?.header ?? null;
    },
    add(slice, header) {
      if (known.size >= maxHeaders) known.clear();
      const text = Buffer.from(slice, 'latin1').toString('latin1');
      known.set(text, { text, header });
    },
  };
}
