import { expect } from 'vitest';
import type { StormReport } from './storm.js';

/** Nothing was answered wrongly, and nothing is lost but what the fault was forgiven. */
export function expectSound(
  { wrong, refused, failures, lost, revived }: StormReport,
  forgiven = false,
): void {
  expect({ wrong, refused, failures }).toEqual({ wrong: [], refused: [], failures: [] });
  if (!forgiven) expect({ lost, revived }).toEqual({ lost: 0, revived: 0 });
}
