import assert from 'node:assert/strict';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Revocation } from '../../../stores/revocation.js';
import { inParallel } from '../sessions/session-fixtures.js';
import type { StoreChapter } from '../store-case.js';
import { assertHolds, createRevoker, readAll, requireLog } from './revocation-fixtures.js';
import { createRevocationLogReader } from './revocation-log-reader.js';

const writers = 8;
const rounds = 12;
const wakeDeadlineMs = 5_000;

/** A reader beside writers: nothing whose `add` resolved is missing from what is read after it. */
export const logRaceChapter: StoreChapter = {
  name: 'reading the log while it is written',
  cases: [
    {
      name: 'a reader that polls beside parallel writers skips nothing',
      async run({ stores: { revocations }, clock }) {
        const { token, session } = createRevoker(clock);
        const reader = createRevocationLogReader(requireLog(revocations));
        const added: Revocation[] = [];
        const write = async (writer: number): Promise<void> => {
          for (let round = 0; round < rounds; round++) {
            const entries = [token(`${writer}.${round}`), session(`${writer}.${round}`), token('shared')];
            await revocations.add(entries);
            added.push(...entries);
            await nextTurn();
          }
        };
        let isWriting = true;
        const written = inParallel(writers, write).finally(() => {
          isWriting = false;
        });
        while (isWriting) {
          const known = [...added];
          await reader.catchUp();
          assertHolds(reader, known);
          await nextTurn();
        }
        await written;
        await reader.catchUp();
        assert.equal(added.length, writers * rounds * 3);
        assertHolds(reader, added);
        assertHolds(await readAll(revocations), added);
      },
    },
    {
      name: 'parallel writers of one name leave the strongest entry with every reader',
      async run({ stores: { revocations }, clock }) {
        const reader = createRevocationLogReader(requireLog(revocations));
        await inParallel(writers, async (writer) => {
          const revoke = createRevoker(clock, (writer + 1) * 60_000);
          await revocations.add([revoke.user(writer + 1, `s${writer}`), revoke.tenant(writer + 1)]);
          await reader.catchUp();
        });
        await reader.catchUp();
        const { user, tenant } = createRevoker(clock, writers * 60_000);
        assertHolds(reader, [user(writers, `s${writers - 1}`), tenant(writers)]);
      },
    },
    {
      name: 'where it can be watched, somebody is woken soon after an add, and nobody after stop',
      async run({ stores: { revocations }, clock }) {
        const log = requireLog(revocations);
        if (log.watch === undefined) return;
        let wakes = 0;
        const stop = log.watch(() => {
          wakes++;
        });
        try {
          // Again and again: a watch may take a moment until it is there.
          for (const startMs = Date.now(); wakes === 0; await pause(5)) {
            assert.ok(Date.now() - startMs < wakeDeadlineMs, `nobody woken within ${wakeDeadlineMs} ms`);
            await revocations.add([createRevoker(clock).token()]);
          }
        } finally {
          assert.equal(await stop(), undefined);
        }
        wakes = 0;
        await revocations.add([createRevoker(clock).token('after stop')]);
        await nextTurn();
        assert.equal(wakes, 0);
      },
    },
  ],
};
