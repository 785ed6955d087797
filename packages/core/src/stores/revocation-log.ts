import type { Revocation } from './revocation.js';

/** A part of what a {@link RevocationLog} holds, in any order. */
export interface RevocationLogPage {
  readonly kind: 'page';
  /** Entries may come more than once, and weaker before stronger: uniting them gives what is stored. */
  readonly revocations: readonly Revocation[];
  /** Where the next read goes on. Text that only the store understands. */
  readonly cursor: string;
  /** There is more to be read at once. */
  readonly hasMore: boolean;
}

/** What a {@link RevocationLog} answers. */
export type RevocationLogAnswer =
  | RevocationLogPage
  /**
   * The log does not go on from the cursor: it was trimmed, restored from a backup, or a replica that lacks the last
   * writes took over. The reader starts again with `null`, and adds what it knows, for that may be lost here.
   */
  | { readonly kind: 'lost' };

/**
 * How a node comes to hold all revocations in its own memory.
 *
 * - A reader that goes on until `hasMore` is false then holds every revocation whose `add` had resolved when it began,
 *   whatever was added meanwhile and in whatever order transactions commit. Nothing is ever skipped.
 * - Entries past their `until` may be left out.
 * - Always read from the primary; one that can no longer write does not answer.
 * - A cursor that the store did not make: `lost`. A rejected promise means outage and nothing else.
 */
export interface RevocationLog {
  /** Reads what was added since `cursor`; with `null`, everything from the beginning. */
  read(cursor: string | null): Promise<RevocationLogAnswer>;

  /**
   * Calls `wake` soon after something was added, as far as it can: a hint that saves waiting, never a promise, so readers
   * poll as well. Keeps no process alive. @returns a function that ends it and resolves when nothing is left open.
   */
  watch?(wake: () => void): () => Promise<void>;
}
