import assert from 'node:assert/strict';
import type { RotateCommand, RotateVerdict, SessionStore } from '../../../stores/session-store.js';
import type { TestClock } from '../../test-clock.js';
import type { StoreCase, StoreChapter } from '../store-case.js';
import {
  ada,
  createSession,
  hardRotation,
  presentation,
  secretOf,
  sessionIdOf,
  windows,
} from './session-fixtures.js';

const { floorMs, graceMs, recoveryMs } = windows;
const phone = sessionIdOf('phone');

/** A line of the table of verdicts. */
interface RotationLine {
  readonly name: string;
  /** What happened to the session before, and how long ago the last of it. */
  readonly given: (phone: Phone) => Promise<void>;
  readonly present: RotateCommand;
  readonly verdict: RotateVerdict;
}

/** The client's side of one session, as far as the table needs it. */
interface Phone {
  rotate(generation: number, attempt?: string): Promise<void>;
  rotateHard(): Promise<void>;
  wait(ms: number): void;
}

const again = { next: secretOf('another candidate') };
const table: readonly RotationLine[] = [...current(), ...predecessor(), ...older(), ...afterHardRotation()];

function current(): RotationLine[] {
  const given = (ms: number) => async (session: Phone) => session.wait(ms);
  return [
    line('current, new', given(0), presentation('phone', 0), 'unchanged'),
    line('current, 1 ms before the floor', given(floorMs - 1), presentation('phone', 0), 'unchanged'),
    line('current, at the floor', given(floorMs), presentation('phone', 0), 'rotated'),
    line('current, days later', given(86_400_000), presentation('phone', 0), 'rotated'),
    line(
      'current without a floor',
      given(0),
      presentation('phone', 0, { floorMs: 0, graceMs: 0 }),
      'rotated',
    ),
    line('other secret, within the floor', given(0), presentation('phone', 0, { secret: 'forged' }), 'fork'),
    line('other secret, later', given(floorMs), presentation('phone', 0, { secret: 'forged' }), 'fork'),
    line('one ahead', given(floorMs), presentation('phone', 1), 'ahead'),
    line('far ahead', given(0), presentation('phone', 2_000_000_000), 'ahead'),
  ];
}

function predecessor(): RotationLine[] {
  const rotated = (ms: number, attempt?: string) => async (session: Phone) => {
    session.wait(floorMs);
    await session.rotate(0, attempt);
    session.wait(ms);
  };
  const retry = presentation('phone', 0, again);
  const attempt = presentation('phone', 0, { ...again, attemptHash: attemptHashOf('a') });
  const other = presentation('phone', 0, { ...again, attemptHash: attemptHashOf('b') });
  return [
    line('predecessor at once', rotated(0), retry, 'grace'),
    line('predecessor, 1 ms before the grace ends', rotated(graceMs - 1), retry, 'grace'),
    line('predecessor as the grace ends', rotated(graceMs), retry, 'reuse'),
    line('predecessor, same attempt, within the grace', rotated(0, 'a'), attempt, 'grace'),
    line('predecessor, same attempt, as the grace ends', rotated(graceMs, 'a'), attempt, 'recovered'),
    line('predecessor, same attempt, 1 ms before 24 h', rotated(recoveryMs - 1, 'a'), attempt, 'recovered'),
    line('predecessor, same attempt, after 24 h', rotated(recoveryMs, 'a'), attempt, 'reuse'),
    line('predecessor, another attempt', rotated(graceMs, 'a'), other, 'reuse'),
    line('predecessor, an attempt where there was none', rotated(graceMs), attempt, 'reuse'),
    line('predecessor, no attempt where there was one', rotated(graceMs, 'a'), retry, 'reuse'),
    line('the same command sent twice', rotated(0), presentation('phone', 0), 'rotated'),
    line('the same command sent twice, late', rotated(graceMs), presentation('phone', 0), 'rotated'),
    line('the successor within its floor', rotated(floorMs - 1), presentation('phone', 1), 'unchanged'),
    line('the successor', rotated(floorMs), presentation('phone', 1), 'rotated'),
    line(
      'the predecessor by its generation only',
      rotated(0),
      presentation('phone', 1, { secret: 's0' }),
      'fork',
    ),
  ];
}

function older(): RotationLine[] {
  const rotatedTwice = (attempt?: string) => async (session: Phone) => {
    session.wait(floorMs);
    await session.rotate(0, attempt);
    session.wait(floorMs);
    await session.rotate(1);
  };
  const attempt = presentation('phone', 0, { ...again, attemptHash: attemptHashOf('a') });
  return [
    line('two behind', rotatedTwice(), presentation('phone', 0, again), 'reuse'),
    line('two behind, with the attempt of that time', rotatedTwice('a'), attempt, 'reuse'),
    line('one behind', rotatedTwice(), presentation('phone', 1, again), 'grace'),
    line(
      'one behind, an attempt of the rotation before',
      rotatedTwice('a'),
      { ...attempt, generation: 1 },
      'grace',
    ),
  ];
}

function afterHardRotation(): RotationLine[] {
  const hard = (ms: number) => async (session: Phone) => {
    session.wait(floorMs);
    await session.rotate(0, 'a');
    await session.rotateHard();
    session.wait(ms);
  };
  const rotatedOn = async (session: Phone) => {
    await hard(floorMs)(session);
    await session.rotate(2);
  };
  const attempt = presentation('phone', 1, { ...again, attemptHash: attemptHashOf('a') });
  return [
    line('voided by a hard rotation', hard(0), presentation('phone', 1, again), 'superseded'),
    line(
      'voided, 1 ms before the grace ends',
      hard(graceMs - 1),
      presentation('phone', 1, again),
      'superseded',
    ),
    line('voided, as the grace ends', hard(graceMs), presentation('phone', 1, again), 'reuse'),
    line('voided, with its attempt', hard(0), attempt, 'superseded'),
    line('voided, with its attempt, later', hard(graceMs), attempt, 'reuse'),
    line('two behind a hard rotation', hard(0), presentation('phone', 0, again), 'superseded'),
    line('two behind a hard rotation, later', hard(graceMs), presentation('phone', 0, again), 'reuse'),
    line(
      'the token of a hard rotation, new',
      hard(floorMs - 1),
      presentation('phone', 2, { secret: 'hard' }),
      'unchanged',
    ),
    line(
      'the token of a hard rotation',
      hard(floorMs),
      presentation('phone', 2, { secret: 'hard' }),
      'rotated',
    ),
    line(
      'the token of a hard rotation as predecessor',
      rotatedOn,
      presentation('phone', 2, { ...again, secret: 'hard' }),
      'grace',
    ),
    line('voided, a rotation later', rotatedOn, presentation('phone', 1, again), 'reuse'),
  ];
}

function line(
  name: string,
  given: RotationLine['given'],
  present: RotateCommand,
  verdict: RotateVerdict,
): RotationLine {
  return { name, given, present, verdict };
}

function attemptHashOf(attempt: string): string {
  return secretOf(`attempt ${attempt}`).secretHash;
}

function createPhone(sessions: SessionStore, clock: TestClock): Phone {
  return {
    async rotate(generation, attempt) {
      const { kind } = await sessions.rotate(
        presentation('phone', generation, {
          attemptHash: attempt === undefined ? null : attemptHashOf(attempt),
          ...(generation === 2 ? { secret: 'hard' } : {}),
        }),
      );
      assert.equal(kind, 'rotated', 'while preparing');
    },
    async rotateHard() {
      assert.ok(await sessions.rotateHard(hardRotation('phone')), 'while preparing');
    },
    wait: (ms) => clock.advance(ms),
  };
}

/** What a verdict leaves behind is part of the verdict. */
function caseOf({ name, given, present, verdict }: RotationLine): StoreCase {
  return {
    name: `${name}: ${verdict}`,
    async run({ stores: { sessions }, clock }) {
      await createSession(sessions, 'phone');
      await given(createPhone(sessions, clock));
      const before = await sessions.find(ada.tenantId, phone);
      const outcome = await sessions.rotate(present);
      assert.ok(before !== null && 'session' in outcome, outcome.kind);
      assert.equal(outcome.kind, verdict);
      assert.deepEqual(
        await sessions.find(ada.tenantId, phone),
        outcome.session,
        'the answer is what is stored',
      );

      const now = new Date(clock.now());
      const isResent = before.secretHash === present.next.secretHash;
      if (verdict === 'reuse' || verdict === 'fork') {
        assert.deepEqual(outcome.session, { ...before, endedAt: now, endReason: verdict });
      } else if (verdict !== 'rotated' || isResent) {
        assert.deepEqual(outcome.session, before);
      } else {
        assert.deepEqual(outcome.session, {
          ...before,
          ...present.next,
          generation: before.generation + 1,
          rotatedAt: now,
          lastSeenAt: now,
          idleExpiresAt: new Date(clock.now() + before.idleLifetimeMs),
        });
      }
    },
  };
}

/** The table of verdicts, with both sides of every boundary. */
export const rotationChapter: StoreChapter = { name: 'rotate', cases: table.map(caseOf) };
