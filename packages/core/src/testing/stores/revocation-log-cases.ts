import assert from 'node:assert/strict';
import { logEndingChapter } from './revocations/log-ending-cases.js';
import { logRaceChapter } from './revocations/log-race-cases.js';
import { logReadingChapters } from './revocations/log-reading-cases.js';
import type { StoreChapter } from './store-case.js';

const declinedChapter: StoreChapter = {
  name: 'the log of revocations',
  cases: [
    {
      name: 'is not offered, as declared',
      async run({ stores: { revocations } }) {
        assert.equal(revocations.log, undefined);
      },
    },
  ],
};

/** What every `RevocationLog` must do, and what must be in it where sessions record what they end. */
export function revocationLogChapters(declared: {
  readonly offersLog: boolean;
  readonly recordsRevocations: boolean;
}): readonly StoreChapter[] {
  if (!declared.offersLog) return [declinedChapter];
  const chapters = [...logReadingChapters, logRaceChapter];
  return declared.recordsRevocations ? [...chapters, logEndingChapter] : chapters;
}
