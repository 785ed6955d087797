import type { RevocationStore, SessionStore } from '@tessera-auth/core/stores';
import type { Population } from './population.js';

/** The stores of one adapter. */
export interface OpenStores {
  readonly sessions: SessionStore;
  readonly revocations: RevocationStore;
}

/** Stores that hold a population. */
export interface Side extends OpenStores {
  readonly population: Population;
}

/** Stores that count what they send to the database. */
export interface CountedStores extends OpenStores {
  /** Statements or scripts so far. */
  sent(): number;
  close(): Promise<void>;
}

/** What something takes in the database. */
export interface StoredBytes {
  readonly what: string;
  readonly bytes: number;
  /** How many there are of it. */
  readonly count: number;
}

/** One adapter with two populations on one server. */
export interface Contestant {
  readonly name: 'Postgres' | 'Redis';
  readonly small: Side;
  readonly large: Side;
  /** What the sessions of `large` take. */
  measureBytes(): Promise<readonly StoredBytes[]>;
  /** Opens `large` once more. */
  openCounted(): Promise<CountedStores>;
  /** Adds `count` sessions to `large` that are of no use any more, or will not be. */
  addUseless(count: number): Promise<UselessSessions>;
  close(): Promise<void>;
}

/** Sessions that are to go. */
export interface UselessSessions {
  /** Resolves when their end has come. */
  untilExpired(): Promise<void>;
  /** Resolves when the last of them is gone. */
  cleanUp(): Promise<CleanUp>;
}

/** How a cleaning up went. */
export interface CleanUp {
  readonly seconds: number;
  readonly deleted: number;
  /** So many have to go by then. */
  readonly promised: number;
  /** Where the app asks for it: the most rows of a step, the longest step, and one that finds nothing. */
  readonly batches?: { readonly most: number; readonly longestMs: number; readonly idleMs: number };
}
