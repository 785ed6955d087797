import type { Clock } from '../clock.js';

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Moves on by `ms` milliseconds; a negative number steps back, as wall clocks do. */
  advance(ms: number): void;
  /** Moves to an instant. */
  moveTo(instant: Date): void;
}

/** A {@link TestClock}. @param start where it stands at first; default 2030-01-02T03:04:05.678Z. */
export function createTestClock(start: Date = new Date('2030-01-02T03:04:05.678Z')): TestClock {
  let nowMs = start.getTime();
  return {
    now: () => nowMs,
    advance(ms) {
      nowMs += ms;
    },
    moveTo(instant) {
      nowMs = instant.getTime();
    },
  };
}
