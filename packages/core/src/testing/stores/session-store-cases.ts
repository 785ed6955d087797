import { bulkChapter } from './sessions/bulk-cases.js';
import { createChapter } from './sessions/create-cases.js';
import { endingChapter } from './sessions/ending-cases.js';
import { expiryChapter } from './sessions/expiry-cases.js';
import { listChapter } from './sessions/list-cases.js';
import { raceChapter } from './sessions/race-cases.js';
import { recordChapter } from './sessions/record-cases.js';
import { repetitionChapter } from './sessions/repetition-cases.js';
import { rotateHardChapter } from './sessions/rotate-hard-cases.js';
import { rotationChapter } from './sessions/rotation-cases.js';
import type { StoreChapter } from './store-case.js';

/** What every `SessionStore` must do, for a user with `bulkSessions` sessions too. */
export const sessionStoreChapters = (bulkSessions: number): readonly StoreChapter[] => [
  recordChapter,
  createChapter,
  listChapter,
  rotationChapter,
  rotateHardChapter,
  endingChapter,
  expiryChapter,
  repetitionChapter,
  raceChapter,
  bulkChapter(bulkSessions),
];
