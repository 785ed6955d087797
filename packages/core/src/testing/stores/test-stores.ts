import type { Clock } from '../../clock.js';
import type { Stores } from '../../stores/stores.js';
import { createTestClock } from '../test-clock.js';
import { auditPseudonymChapters } from './audit-pseudonym-cases.js';
import { auditStoreChapters, withoutAuditChapter } from './audit-store-cases.js';
import { oneTimeTokenStoreChapters } from './one-time-token-store-cases.js';
import { rateLimitStoreChapters } from './rate-limit-store-cases.js';
import { revocationLogChapters } from './revocation-log-cases.js';
import { revocationStoreChapters } from './revocation-store-cases.js';
import { roleStoreChapters, withoutRolesChapter } from './role-store-cases.js';
import { secondFactorStoreChapters, withoutSecondFactorsChapter } from './second-factor-store-cases.js';
import { sessionStoreChapters } from './session-store-cases.js';
import type { StoreChapter } from './store-case.js';
import { linkedRecordingChapter, pingChapter, transactionChapter } from './stores-cases.js';
import { traitsChapter } from './traits-cases.js';
import { userStoreChapters } from './user-store-cases.js';

/** The two functions of a test runner that the suite needs: vitest, node:test, mocha and jest all have them. */
export interface TestRunner {
  /** Groups what `body` registers. */
  describe(name: string, body: () => void): void;
  /** Registers a test, which fails when `body` rejects. */
  it(name: string, body: () => Promise<void>): void;
}

/** Stores opened for one case. */
export interface OpenedStores {
  readonly stores: Stores;
  /** Called after the case, also after one that failed. */
  close?(): Promise<void>;
}

/** What the suite must know of the stores under test. */
export interface StoresUnderTest {
  /** Heads the report. */
  readonly name: string;
  /** Gives fresh, empty, isolated stores that take every instant from `clock`. */
  open(options: { readonly clock: Clock }): Promise<OpenedStores>;
  /** They have `transactions`. Default `false`, and then the suite sees to it that they have not. */
  readonly offersTransaction?: boolean;
  /** `sessions.recordsRevocationsIn` is their `revocations`. Default `false`, and then the suite sees to it that it is not. */
  readonly recordsRevocations?: boolean;
  /** `revocations` have a `log`. Default `false`, and then the suite sees to it that they have none. */
  readonly offersLog?: boolean;
  /** They have `secondFactors`. Default `false`, and then the suite sees to it that they have not. */
  readonly offersSecondFactors?: boolean;
  /** They have `roles`. Default `false`, and then the suite sees to it that they have not. */
  readonly offersRoles?: boolean;
  /** They have `audit`. Default `false`, and then the suite sees to it that they have not. */
  readonly offersAudit?: boolean;
  /**
   * How many sessions one user gets, and how many users one role, to find hidden limits: default 10,000; 1000 will do for a
   * variant of a tested store.
   */
  readonly bulkSessions?: number;
}

/**
 * Registers the whole conformance suite: what every store must do, under parallel callers and repeated commands too.
 *
 * No case sleeps; one waits for a wake-up, five seconds at most. One stores 10,000 sessions, so give your runner a time limit of a minute or more per case.
 */
export function testStores({ describe, it }: TestRunner, subject: StoresUnderTest): void {
  describe(subject.name, () => {
    for (const chapter of chaptersFor(subject)) {
      describe(chapter.name, () => {
        for (const { name, run } of chapter.cases) {
          it(name, async () => {
            const clock = createTestClock();
            const opened = await subject.open({ clock });
            try {
              await run({ stores: opened.stores, clock });
            } finally {
              await opened.close?.();
            }
          });
        }
      });
    }
  });
}

function chaptersFor({
  offersTransaction = false,
  recordsRevocations = false,
  offersLog = false,
  offersSecondFactors = false,
  offersRoles = false,
  offersAudit = false,
  bulkSessions = 10_000,
}: StoresUnderTest): readonly StoreChapter[] {
  return [
    ...sessionStoreChapters(bulkSessions),
    ...revocationStoreChapters,
    ...revocationLogChapters({ offersLog, recordsRevocations }),
    ...userStoreChapters,
    ...oneTimeTokenStoreChapters,
    ...rateLimitStoreChapters,
    ...(offersSecondFactors ? secondFactorStoreChapters : [withoutSecondFactorsChapter]),
    ...(offersRoles ? roleStoreChapters(bulkSessions) : [withoutRolesChapter]),
    ...(offersAudit ? [...auditStoreChapters, ...auditPseudonymChapters] : [withoutAuditChapter]),
    traitsChapter,
    pingChapter,
    linkedRecordingChapter(recordsRevocations),
    transactionChapter(offersTransaction),
  ];
}
