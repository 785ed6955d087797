/** Tells the time in milliseconds since the Unix epoch. Injected everywhere, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; may step backwards, as wall clocks do. */
  now(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };
