import type { Clock } from '../../clock.js';

/** An instant, by two clocks. */
export interface Instant {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Measures how long ago something was, as long as either clock says. */
export interface Stopwatch {
  now(): Instant;
  /**
   * Milliseconds since then, by the clock that says more: the monotonic one of some platforms stands still while a process is
   * frozen or a machine sleeps, and the wall clock may be set back.
   */
  since(instant: Instant): number;
}

/** A stopwatch on this machine. */
export function createStopwatch(clock: Clock): Stopwatch {
  return {
    now: () => ({ wallMs: clock.now(), monotonicMs: performance.now() }),
    since: ({ wallMs, monotonicMs }) => Math.max(clock.now() - wallMs, performance.now() - monotonicMs),
  };
}
