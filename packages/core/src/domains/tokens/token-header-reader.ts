import { decodeTokenHeader, type TokenHeader } from './token-header.js';

// A deployment has a handful of keys, each of which signs under one header.
const maxHeaders = 32;

/** Reads headers, each of the usual ones only once. */
export interface TokenHeaderReader {
  /** What the header says, or `null` when it is not one of an access token. */
  read(text: string): TokenHeader | null;
  /** Remembers the header of a token whose signature was right. */
  remember(text: string, header: TokenHeader): void;
}

/** A reader with an empty memory. */
export function createTokenHeaderReader(): TokenHeaderReader {
  const known = new Map<string, TokenHeader>();
  return {
    read: (text) => known.get(text) ?? decodeTokenHeader(text),
    remember(text, header) {
      if (known.has(text)) return;
      if (known.size >= maxHeaders) known.clear();
      // A copy, since a slice would keep the whole token alive.
      known.set(Buffer.from(text, 'latin1').toString('latin1'), header);
    },
  };
}
