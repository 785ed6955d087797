import assert from 'node:assert/strict';
import type { Revocation, RevocationSubject } from '../../../stores/revocation.js';
import type { RevocationLog, RevocationLogPage } from '../../../stores/revocation-log.js';
import { createRevocationSet } from '../../../stores/revocation-set.js';

/** More pages than any case makes: who gets there reads in a circle. */
const maxPages = 10_000;

/** Reads a log as a node does, and holds what it read. */
export interface RevocationLogReader {
  /** Reads one page, from where the last one ended; from the beginning where that is lost. */
  readPage(): Promise<RevocationLogPage>;

  /** Reads until there is no more. @returns the entries that came, repeated ones too. */
  catchUp(): Promise<readonly Revocation[]>;

  /** Whether an entry that was read names the token. */
  isRevoked(subject: RevocationSubject): boolean;

  /** What was read, united. */
  list(): readonly Revocation[];
}

/**
 * A reader that has read nothing yet.
 *
 * @returns one whose methods reject with an `AssertionError` when the log does not begin, or does not end.
 */
export function createRevocationLogReader(log: RevocationLog): RevocationLogReader {
  const held = createRevocationSet();
  let cursor: string | null = null;

  const readPage = async (): Promise<RevocationLogPage> => {
    const answer = await log.read(cursor);
    if (answer.kind === 'lost') {
      assert.ok(cursor !== null, 'a log was lost that is read from its beginning');
      cursor = null;
      return readPage();
    }
    for (const revocation of answer.revocations) held.add(revocation);
    ({ cursor } = answer);
    return answer;
  };

  return {
    readPage,

    async catchUp() {
      const revocations: Revocation[] = [];
      for (let count = 0; count < maxPages; count++) {
        const page = await readPage();
        revocations.push(...page.revocations);
        if (!page.hasMore) return revocations;
      }
      assert.fail('the log has no end');
    },

    isRevoked: (subject) => held.isRevoked(subject),
    list: () => [...held.list()],
  };
}
