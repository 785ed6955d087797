import type { TakeCommand, TakeOutcome } from '../../../stores/rate-limit-store.js';

/** One command of a {@link RateLimitVector} and what must become of it. */
interface Step {
  /** How far the clock moves before it, in milliseconds; default 0. */
  readonly afterMs?: number;
  /** What it asks for, where that is not one unit of the limit of the vector. */
  readonly take?: Partial<Omit<TakeCommand, 'key'>>;
  readonly outcome: TakeOutcome;
}

/** Commands on one key, one after the other, with their exact outcomes. */
export interface RateLimitVector {
  /** What they show, as a sentence. */
  readonly name: string;
  readonly intervalUs: number;
  readonly burst: number;
  readonly steps: readonly Step[];
}

const second = 1_000_000;
const yearMs = 31_536_000_000;

function allowed(remaining: number, resetAfterMs: number): TakeOutcome {
  return { isAllowed: true, remaining, retryAfterMs: 0, resetAfterMs };
}

function refused(remaining: number, retryAfterMs: number, resetAfterMs: number): TakeOutcome {
  return { isAllowed: false, remaining, retryAfterMs, resetAfterMs };
}

/** The arithmetic of the contract, worked out by hand. */
export const rateLimitVectors: readonly RateLimitVector[] = [
  {
    name: 'five a minute: five at once, then one every twelve seconds, to the millisecond',
    intervalUs: 12 * second,
    burst: 5,
    steps: [
      { outcome: allowed(4, 12_000) },
      { outcome: allowed(3, 24_000) },
      { outcome: allowed(2, 36_000) },
      { outcome: allowed(1, 48_000) },
      { outcome: allowed(0, 60_000) },
      { outcome: refused(0, 12_000, 60_000) },
      { afterMs: 11_999, outcome: refused(0, 1, 48_001) },
      { afterMs: 1, outcome: allowed(0, 60_000) },
      { afterMs: 60_000, outcome: allowed(4, 12_000) },
    ],
  },
  {
    name: 'seven a minute: parts of a millisecond are kept, and answers rounded up',
    intervalUs: 8_571_428,
    burst: 7,
    steps: [
      { outcome: allowed(6, 8_572) },
      { take: { cost: 6 }, outcome: allowed(0, 60_000) },
      { outcome: refused(0, 8_572, 60_000) },
      { afterMs: 8_571, outcome: refused(0, 1, 51_429) },
      { afterMs: 1, outcome: allowed(0, 60_000) },
      { afterMs: 8_571, outcome: allowed(0, 60_000) },
      { outcome: refused(0, 8_572, 60_000) },
    ],
  },
  {
    name: 'one microsecond over a second counts',
    intervalUs: second + 1,
    burst: 2,
    steps: [
      { take: { cost: 2 }, outcome: allowed(0, 2_001) },
      { afterMs: 1_000, outcome: refused(0, 1, 1_001) },
      { afterMs: 1, outcome: allowed(0, 2_000) },
      { afterMs: 999, outcome: refused(0, 1, 1_001) },
      { afterMs: 1, outcome: allowed(0, 2_000) },
    ],
  },
  {
    name: 'one at a time: a burst of 1',
    intervalUs: 60 * second,
    burst: 1,
    steps: [
      { outcome: allowed(0, 60_000) },
      { outcome: refused(0, 60_000, 60_000) },
      { afterMs: 59_999, outcome: refused(0, 1, 1) },
      { afterMs: 1, outcome: allowed(0, 60_000) },
    ],
  },
  {
    name: 'a command that is refused takes nothing, however often it comes',
    intervalUs: second,
    burst: 1,
    steps: [
      { outcome: allowed(0, 1_000) },
      { outcome: refused(0, 1_000, 1_000) },
      { outcome: refused(0, 1_000, 1_000) },
      { afterMs: 500, outcome: refused(0, 500, 500) },
      { afterMs: 500, outcome: allowed(0, 1_000) },
    ],
  },
  {
    name: 'a cost of several is taken as a whole or not at all',
    intervalUs: second,
    burst: 10,
    steps: [
      { take: { cost: 7 }, outcome: allowed(3, 7_000) },
      { take: { cost: 4 }, outcome: refused(3, 1_000, 7_000) },
      { take: { cost: 10 }, outcome: refused(3, 7_000, 7_000) },
      { take: { cost: 3 }, outcome: allowed(0, 10_000) },
      { afterMs: 2_500, take: { cost: 3 }, outcome: refused(2, 500, 7_500) },
      { take: { cost: 2 }, outcome: allowed(0, 9_500) },
    ],
  },
  {
    name: 'a clock that steps back gives no units back, and takes none',
    intervalUs: second,
    burst: 2,
    steps: [
      { take: { cost: 2 }, outcome: allowed(0, 2_000) },
      { afterMs: -10_000, outcome: refused(0, 11_000, 12_000) },
      { afterMs: 10_999, outcome: refused(0, 1, 1_001) },
      { afterMs: 1, outcome: allowed(0, 2_000) },
    ],
  },
  {
    name: 'a clock that steps back a little leaves what is left',
    intervalUs: second,
    burst: 5,
    steps: [
      { outcome: allowed(4, 1_000) },
      { afterMs: -1_500, outcome: allowed(1, 3_500) },
      { afterMs: -5_000, outcome: refused(0, 4_500, 8_500) },
      { afterMs: 20_000, outcome: allowed(4, 1_000) },
    ],
  },
  {
    name: 'two a year: the longest waits are exact too',
    intervalUs: yearMs * 1000,
    burst: 2,
    steps: [
      { outcome: allowed(1, yearMs) },
      { outcome: allowed(0, 2 * yearMs) },
      { outcome: refused(0, yearMs, 2 * yearMs) },
      { afterMs: yearMs - 1, outcome: refused(0, 1, yearMs + 1) },
      { afterMs: 1, outcome: allowed(0, 2 * yearMs) },
    ],
  },
  {
    name: 'whoever stays away for ten years has the burst and no more',
    intervalUs: second,
    burst: 3,
    steps: [
      { take: { cost: 3 }, outcome: allowed(0, 3_000) },
      { afterMs: 10 * yearMs, take: { cost: 3 }, outcome: allowed(0, 3_000) },
      { outcome: refused(0, 1_000, 3_000) },
    ],
  },
  {
    name: 'the shortest interval: a thousand units come back in each millisecond',
    intervalUs: 1,
    burst: 2_500,
    steps: [
      { take: { cost: 2_500 }, outcome: allowed(0, 3) },
      { outcome: refused(0, 1, 3) },
      { afterMs: 1, take: { cost: 1_001 }, outcome: refused(1_000, 1, 2) },
      { take: { cost: 999 }, outcome: allowed(1, 3) },
      { outcome: allowed(0, 3) },
    ],
  },
  {
    name: 'what was taken stays taken when the limit changes',
    intervalUs: second,
    burst: 5,
    steps: [
      { take: { cost: 5 }, outcome: allowed(0, 5_000) },
      { take: { cost: 5, burst: 10 }, outcome: allowed(0, 10_000) },
      { take: { burst: 2 }, outcome: refused(0, 9_000, 10_000) },
      { afterMs: 9_000, take: { burst: 2 }, outcome: allowed(0, 2_000) },
      { take: { intervalUs: 2 * second }, outcome: allowed(3, 4_000) },
    ],
  },
];
