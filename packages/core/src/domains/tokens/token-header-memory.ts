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

/** An empty memory. */
export function createTokenHeaderMemory(): TokenHeaderMemory {
  const known = new Map<string, TokenHeader>();
  return {
    find: (text) => known.get(text) ?? null,
    add(text, header) {
      if (known.size >= maxHeaders) known.clear();
      // A copy, since a slice would keep the whole token alive.
      known.set(Buffer.from(text, 'latin1').toString('latin1'), header);
    },
  };
}
