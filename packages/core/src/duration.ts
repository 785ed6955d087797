/** The unit of a duration: milliseconds, seconds, minutes, hours or days. */
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd';

/** A length of time as written in options: a whole number and its unit, such as `'15m'` or `'30d'`. */
export type Duration = `${number}${DurationUnit}`;

const unitMs: Readonly<Record<DurationUnit, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What a duration may be, both ends included. */
export interface DurationRange {
  readonly min?: Duration;
  readonly max?: Duration;
}

/**
 * The milliseconds of `value`.
 *
 * @param option the option's name, for the message.
 * @throws `TypeError` naming the option when the form is wrong or the value outside `range`.
 */
export function parseDuration(option: string, value: Duration, range: DurationRange = {}): number {
  const ms = durationMs(value);
  if (ms === null) throw new TypeError(`${option}: expected a duration such as '15m', '12s' or '30d'`);
  if (range.min !== undefined && ms < (durationMs(range.min) ?? 0)) {
    throw new TypeError(`${option}: must be at least ${range.min}`);
  }
  if (range.max !== undefined && ms > (durationMs(range.max) ?? 0)) {
    throw new TypeError(`${option}: must be at most ${range.max}`);
  }
  return ms;
}

function durationMs(value: unknown): number | null {
  const match = typeof value === 'string' ? /^(\d{1,12})(ms|s|m|h|d)$/.exec(value) : null;
  return match === null ? null : Number(match[1]) * unitMs[match[2] as DurationUnit];
}

/** In the largest unit that makes it a whole number. */
export function writeDuration(ms: number): Duration {
  const largestFirst: readonly DurationUnit[] = ['d', 'h', 'm', 's'];
  const unit = (ms > 0 && largestFirst.find((name) => ms % unitMs[name] === 0)) || 'ms';
  return `${ms / unitMs[unit]}${unit}`;
}
