import { createHash } from 'node:crypto';
import type { SessionsOptions } from '@tessera-auth/core/primitives';

/** The same "random" bytes in the same order for the same seed, so that stores can be compared byte by byte. */
export function createSeededRandom(seed: string): NonNullable<SessionsOptions['random']> {
  let drawn = 0;
  return {
    bytes(length) {
      const blocks = Array.from({ length: Math.ceil(length / 32) }, () =>
        createHash('sha256').update(`${seed} ${drawn++}`).digest(),
      );
      return Buffer.concat(blocks).subarray(0, length);
    },
  };
}
