import assert from 'node:assert/strict';
import type { RevocationSubject } from '../../../stores/revocation.js';
import type { SessionStore } from '../../../stores/session-store.js';
import type { TestClock } from '../../test-clock.js';
import {
  accessToken,
  ada,
  createSession,
  ending,
  hardRotation,
  presentation,
  raising,
  secretOf,
  sessionIdOf,
  windows,
} from '../sessions/session-fixtures.js';
import type { StoreChapter } from '../store-case.js';
import { assertAgree, readAll, requireLog } from './revocation-fixtures.js';
import { createRevocationLogReader } from './revocation-log-reader.js';

/** One way in which a session ends; `phone` and `laptop` are there before it. */
interface Ending {
  readonly name: string;
  end(sessions: SessionStore, clock: TestClock): Promise<unknown>;
  readonly revoked: readonly RevocationSubject[];
  readonly spared: readonly RevocationSubject[];
}

const phone = accessToken('phone');
const laptop = accessToken('laptop');
const bobs: RevocationSubject = { ...phone, userId: 'bob', sessionId: 'of bob', jti: 'of bob' };

const endings: readonly Ending[] = [
  {
    name: 'end',
    end: (sessions) => sessions.end(ending('phone')),
    revoked: [phone],
    spared: [laptop, bobs],
  },
  {
    name: 'a fork',
    end: (sessions) => sessions.rotate(presentation('phone', 0, { secret: 'forged' })),
    revoked: [phone],
    spared: [laptop],
  },
  {
    name: 'reuse',
    async end(sessions, clock) {
      clock.advance(windows.floorMs);
      await sessions.rotate(presentation('phone', 0));
      clock.advance(windows.floorMs);
      await sessions.rotate(presentation('phone', 0, { next: secretOf('thief') }));
    },
    revoked: [phone],
    spared: [laptop],
  },
  {
    name: 'the cap on sessions',
    async end(sessions, clock) {
      clock.advance(1);
      await createSession(sessions, 'tablet', { maxSessions: 1 });
    },
    revoked: [phone, laptop],
    spared: [accessToken('tablet')],
  },
  {
    name: 'endAll',
    end: (sessions) => sessions.endAll({ ...ada, ...raising('c1') }),
    revoked: [phone, laptop],
    spared: [accessToken('phone', 1), bobs],
  },
  {
    name: 'endTenant',
    end: (sessions) => sessions.endTenant({ tenantId: ada.tenantId, ...raising('c1') }),
    revoked: [phone, laptop, bobs],
    spared: [
      { ...phone, tenantEpoch: 1 },
      { ...phone, tenantId: 'globex' },
    ],
  },
  {
    name: 'endOthers',
    end: (sessions) => sessions.endOthers({ ...ada, keepSessionId: sessionIdOf('phone'), ...raising('c1') }),
    revoked: [laptop],
    spared: [phone, bobs],
  },
  {
    name: 'a hard rotation that ends the others',
    end: (sessions) => sessions.rotateHard(hardRotation('phone', 'hard', true)),
    revoked: [phone, laptop],
    spared: [accessToken('phone', 1), bobs],
  },
];

/** Where sessions record what they end, every reader of the log learns of it. */
export const logEndingChapter: StoreChapter = {
  name: 'endings in the log',
  cases: endings.map(({ name, end, revoked, spared }) => ({
    name: `what ${name} ended comes to who goes on and to who begins`,
    async run({ stores: { sessions, revocations }, clock }) {
      for (const label of ['phone', 'laptop']) await createSession(sessions, label);
      const reader = createRevocationLogReader(requireLog(revocations));
      await reader.catchUp();
      await end(sessions, clock);
      await reader.catchUp();
      for (const each of [reader, await readAll(revocations)]) {
        for (const subject of revoked) assert.equal(each.isRevoked(subject), true, subject.jti);
        for (const subject of spared) assert.equal(each.isRevoked(subject), false, subject.jti);
        await assertAgree(each, revocations, [...revoked, ...spared]);
      }
    },
  })),
};
