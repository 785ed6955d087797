import type { Stores } from '../../stores/stores.js';
import type { TestClock } from '../test-clock.js';

/** What every case starts from: fresh, empty stores that live by a clock the case drives. */
export interface StoreBench {
  readonly stores: Stores;
  readonly clock: TestClock;
}

/** One statement about stores. */
export interface StoreCase {
  /** What holds, as a sentence. */
  readonly name: string;
  /** Rejects with an `AssertionError` when it does not hold. */
  run(bench: StoreBench): Promise<void>;
}

/** Cases about one idea. */
export interface StoreChapter {
  readonly name: string;
  readonly cases: readonly StoreCase[];
}
