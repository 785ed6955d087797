import { refreshTokenLength, type SessionPolicyOptions } from '@tessera-auth/core/primitives';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ada,
  createSessionBench,
  dayMs,
  floorMs,
  graceMs,
  type SessionBench,
  tokenOf,
} from './session-bench.js';

const attemptId = 'an attempt id of the client';

let bench: SessionBench;
/** The tokens of generations 0, 1, …, each got long after the one before. */
let tokens: string[];
let sessionId: string;

const refresh = (token: string | undefined, attempt?: string) => bench.sessions.refresh(ada, token, attempt);
const kindOf = async (token: string | undefined, attempt?: string) => (await refresh(token, attempt)).kind;
const find = () => bench.watched.stores.sessions.find('acme', sessionId);

async function start(policy: SessionPolicyOptions = {}): Promise<void> {
  bench = createSessionBench({ policy });
  const held = await bench.signIn();
  sessionId = held.session.id;
  tokens = [held.refreshToken];
  bench.clock.advance(60_000);
}

async function rotate(attempt?: string): Promise<void> {
  tokens.push(tokenOf(await refresh(tokens.at(-1), attempt)));
}

beforeEach(() => start());

describe('the current token', () => {
  it('is answered with itself while it is younger than the floor', async () => {
    await rotate();
    for (const ms of [0, 1, floorMs - 2]) {
      bench.clock.advance(ms);
      expect(await refresh(tokens[1])).toMatchObject({ kind: 'unchanged', refreshToken: tokens[1] });
    }
    bench.clock.advance(1);
    expect(await kindOf(tokens[1])).toBe('rotated');
  });

  it('is exchanged, and moves the idle expiry but not the absolute end', async () => {
    const before = await find();
    bench.clock.advance(3_600_000);
    const outcome = await refresh(tokens[0]);
    expect(outcome).toMatchObject({ kind: 'rotated', session: { id: sessionId, generation: 1 } });
    expect(tokenOf(outcome)).toMatch(/^rt1_[\w-]+$/);
    expect(tokenOf(outcome)).toHaveLength(refreshTokenLength);
    const after = await find();
    expect(after?.absoluteExpiresAt).toEqual(before?.absoluteExpiresAt);
    expect(after?.lastSeenAt).toEqual(new Date(bench.clock.now()));
    expect(after?.idleExpiresAt).toEqual(new Date(bench.clock.now() + 30 * dayMs));
  });
});

describe('the predecessor', () => {
  it('gets the same successor within the grace', async () => {
    await rotate();
    for (const ms of [0, 1, graceMs - 2]) {
      bench.clock.advance(ms);
      expect(await refresh(tokens[0])).toMatchObject({ kind: 'grace', refreshToken: tokens[1] });
    }
  });

  it('ends the session once the grace is over', async () => {
    await rotate();
    bench.clock.advance(graceMs);
    expect(await refresh(tokens[0])).toMatchObject({ kind: 'reuse', session: { endReason: 'reuse' } });
    expect(await kindOf(tokens[1])).toBe('invalid');
    expect(await bench.isRevoked((await find()) as never)).toBe(true);
  });

  it('gets the same successor for a day with the attempt id that rotated it', async () => {
    await rotate(attemptId);
    for (const ms of [graceMs, 3_600_000, dayMs - graceMs - 3_600_001]) {
      bench.clock.advance(ms);
      expect(await refresh(tokens[0], attemptId)).toMatchObject({
        kind: 'recovered',
        refreshToken: tokens[1],
      });
    }
    bench.clock.advance(1);
    expect(await kindOf(tokens[0], attemptId)).toBe('reuse');
  });

  it.each([
    ['another attempt id', attemptId, 'another attempt id'],
    ['none', attemptId, undefined],
    ['one where none was', undefined, attemptId],
  ])('is taken for stolen with %s', async (_case, first, second) => {
    await rotate(first);
    bench.clock.advance(graceMs);
    expect(await kindOf(tokens[0], second)).toBe('reuse');
  });
});

describe('an older token', () => {
  it('ends the session, whatever else was right about it', async () => {
    await rotate(attemptId);
    bench.clock.advance(floorMs);
    await rotate(attemptId);
    expect(await kindOf(tokens[0], attemptId)).toBe('reuse');
    expect(await kindOf(tokens[2])).toBe('invalid');
  });

  it('is only superseded within the grace of a hard rotation', async () => {
    await rotate();
    bench.clock.advance(graceMs - 1);
    const renewed = await bench.sessions.renew(ada, sessionId);
    bench.clock.advance(graceMs - 1);
    for (const token of tokens) expect(await kindOf(token)).toBe('superseded');
    expect(await kindOf(renewed?.refreshToken)).toBe('unchanged');
    bench.clock.advance(1);
    expect(await kindOf(tokens[1])).toBe('reuse');
  });

  it('never gets the token of a hard rotation, not even with its attempt id', async () => {
    await rotate(attemptId);
    await bench.sessions.renew(ada, sessionId, { amr: ['pwd', 'otp'] });
    expect(await kindOf(tokens[0], attemptId)).toBe('superseded');
    expect(await kindOf(tokens[1], attemptId)).toBe('superseded');
  });

  it('ends every session of the user where the policy says so', async () => {
    await start({ onReuse: 'user' });
    const other = await bench.signIn();
    await rotate();
    bench.clock.advance(graceMs);
    expect(await kindOf(tokens[0])).toBe('reuse');
    expect(await kindOf(other.refreshToken)).toBe('invalid');
    expect(await bench.isRevoked(other.session)).toBe(true);
    // What is over is no theft: a new session is not harmed by the same token again.
    const fresh = await bench.signIn();
    expect(await kindOf(tokens[0])).toBe('invalid');
    expect(await kindOf(fresh.refreshToken)).toBe('unchanged');
  });
});

describe('a token that never was', () => {
  it('of this generation with another secret ends the session as forked', async () => {
    const twin = createSessionBench();
    const original = await bench.watched.stores.sessions.find('acme', sessionId);
    // The same session at the same generation in a copy of the store, rotated there.
    await twin.watched.stores.sessions.create({
      ...(original as NonNullable<typeof original>),
      absoluteLifetimeMs: 90 * dayMs,
      expectedEpochs: { userEpoch: 0, tenantEpoch: 0 },
      maxSessions: 100,
      accessTokenMs: 1,
    });
    twin.clock.advance(60_000);
    const forked = tokenOf(await twin.sessions.refresh(ada, tokens[0]));
    await rotate();
    expect(forked).not.toBe(tokens[1]);
    expect(await refresh(forked)).toMatchObject({ kind: 'fork', session: { endReason: 'fork' } });
    expect(await kindOf(tokens[1])).toBe('invalid');
  });

  it('of a generation to come says that the store was rolled back, and ends nothing', async () => {
    await rotate();
    const behind = createSessionBench();
    const held = await find();
    await behind.watched.stores.sessions.create({
      ...(held as NonNullable<typeof held>),
      absoluteLifetimeMs: 90 * dayMs,
      expectedEpochs: { userEpoch: 0, tenantEpoch: 0 },
      maxSessions: 100,
      accessTokenMs: 1,
    });
    expect((await behind.sessions.refresh(ada, tokens[1])).kind).toBe('ahead');
    expect((await behind.watched.stores.sessions.find('acme', sessionId))?.endedAt).toBeNull();
  });
});

describe('a session that is over', () => {
  it.each([
    ['unused for too long', 30 * dayMs - 60_000],
    ['at its absolute end', 90 * dayMs],
  ])('is no theft: %s', async (_case, ms) => {
    bench.clock.advance(ms);
    expect(await kindOf(tokens[0])).toBe('invalid');
    expect((await find())?.endReason).toBeNull();
  });

  it('lives to the last millisecond', async () => {
    bench.clock.advance(30 * dayMs - 60_001);
    expect(await kindOf(tokens[0])).toBe('rotated');
  });

  it.each(['end', 'endAll', 'endTenant'] as const)('is no theft: %s', async (how) => {
    await rotate();
    if (how === 'end') await bench.sessions.end(ada, sessionId, 'signed_out');
    if (how === 'endAll') await bench.sessions.endAll(ada);
    if (how === 'endTenant') await bench.sessions.endTenant('acme');
    bench.clock.advance(graceMs);
    for (const token of tokens) expect(await kindOf(token)).toBe('invalid');
  });
});

describe('a forged token', () => {
  it('touches no storage, whichever character was changed', async () => {
    const good = tokens[0] ?? '';
    bench.watched.forgetCalls();
    for (let at = 0; at < good.length; at++) {
      const other = good[at] === 'A' ? 'B' : 'A';
      expect(await kindOf(`${good.slice(0, at)}${other}${good.slice(at + 1)}`)).toBe('malformed');
    }
    for (const text of [
      '',
      `${good}A`,
      good.slice(1),
      good.toUpperCase(),
      `${good}=`,
      ` ${good}`,
      null,
      7,
      {},
      [good],
    ]) {
      expect(await kindOf(text as string)).toBe('malformed');
    }
    expect((await bench.sessions.refresh({ ...ada, tenantId: 'globex' }, good)).kind).toBe('malformed');
    expect(bench.watched.calls).toEqual([]);
  });
});
