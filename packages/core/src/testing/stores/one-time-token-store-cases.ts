import { recordChapter } from './one-time-tokens/record-cases.js';
import { spendingChapters } from './one-time-tokens/spending-cases.js';
import { voidingChapters } from './one-time-tokens/voiding-cases.js';
import type { StoreChapter } from './store-case.js';

/** What every `OneTimeTokenStore` must do. */
export const oneTimeTokenStoreChapters: readonly StoreChapter[] = [
  recordChapter,
  ...spendingChapters,
  ...voidingChapters,
];
