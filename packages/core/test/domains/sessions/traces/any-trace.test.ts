import type { SessionStore } from '@tessera-auth/core/stores';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSessionBench, graceMs, type SessionBenchOptions } from '../session-bench.js';
import { type PlayedTrace, playTrace } from './play-trace.js';
import { anyTrace } from './session-trace.js';

/** Insists on `invariant` after each of some hundred random traces. A failure prints the seed and the shortest trace. */
async function afterAnyTrace(
  invariant: (played: PlayedTrace) => void,
  options: SessionBenchOptions = {},
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anyTrace, async (trace) =>
      invariant(await playTrace(createSessionBench(options), trace)),
    ),
    { numRuns: 150 },
  );
}

const expectTheTable = ({ presented }: PlayedTrace): void => {
  for (const { expected, outcome, generation } of presented) {
    expect({ generation, kind: outcome.kind }).toEqual({ generation, kind: expected });
  }
};

describe('whatever happens', () => {
  it('each token gets the outcome that the table gives', () => afterAnyTrace(expectTheTable));

  it('(1) all answers for one generation of a session carry the same token', () =>
    afterAnyTrace(({ presented, sessions }) => {
      for (const { session, generation, outcome } of presented) {
        if (!('refreshToken' in outcome)) continue;
        const expected = outcome.kind === 'unchanged' ? generation : generation + 1;
        expect(outcome.refreshToken).toBe(session.tokens[expected]);
      }
      const tokens = sessions.flatMap((session) => session.tokens);
      expect(new Set(tokens).size).toBe(tokens.length);
    }));

  it('(2) the generation rises by one per rotation and never falls', () =>
    afterAnyTrace(({ presented }) => {
      const latest = new Map<string, number>();
      for (const { session, row } of presented) {
        if (row === null) continue;
        expect(row.generation).toBeGreaterThanOrEqual(latest.get(session.id) ?? 0);
        expect(row.generation).toBeLessThan(session.tokens.length);
        latest.set(session.id, row.generation);
      }
    }));

  it('(3) a row stays as large as it was, and there is one a session', () =>
    afterAnyTrace(({ presented }) => {
      const sizes = new Map<string, number>();
      for (const { session, row } of presented) {
        if (row === null) continue;
        const { generation: _digits, hardRotatedAt: _1, endedAt: _2, endReason: _3, ...rest } = row;
        const size = JSON.stringify(rest).length;
        expect(size).toBe(sizes.get(session.id) ?? size);
        sizes.set(session.id, size);
      }
    }));

  it('(6) a token that was retired for longer than the grace ends the session when it is used', () =>
    afterAnyTrace(({ presented }) => {
      for (const { session, generation, expected, outcome, row } of presented) {
        const isRetired = generation < session.tokens.length - 1 && expected === 'reuse';
        if (isRetired) expect([outcome.kind, row?.endReason]).toEqual(['reuse', 'reuse']);
      }
    }));

  it('(7) nothing outlives the absolute end', () =>
    afterAnyTrace(({ presented }) => {
      for (const { session, atMs, outcome, row } of presented) {
        if ('refreshToken' in outcome) expect(atMs).toBeLessThan(session.absoluteEndMs);
        if (row === null) continue;
        expect(row.absoluteExpiresAt.getTime()).toBe(session.absoluteEndMs);
        expect(row.idleExpiresAt.getTime()).toBeLessThanOrEqual(session.absoluteEndMs);
      }
    }));

  it('(8) no token from before a hard rotation ever yields a token again', () =>
    afterAnyTrace(({ presented }) => {
      for (const { generation, outcome, row, atMs } of presented) {
        const isAfterHard =
          row?.hardRotatedAt != null && row.hardRotatedAt.getTime() === row.rotatedAt.getTime();
        if (!isAfterHard || row === null || generation >= row.generation) continue;
        expect('refreshToken' in outcome).toBe(false);
        if (outcome.kind === 'superseded') {
          expect(atMs - row.rotatedAt.getTime()).toBeLessThan(graceMs);
        }
      }
    }));

  it('(11) what has ended never comes back', () =>
    afterAnyTrace(({ presented }) => {
      const ended = new Set<string>();
      for (const { session, outcome } of presented) {
        if (ended.has(session.id)) expect(outcome.kind).toBe('invalid');
        if (outcome.kind === 'reuse') ended.add(session.id);
      }
    }));

  it('(21) lists have every live session and no other', () =>
    afterAnyTrace(({ lists }) => {
      for (const { listed, expected } of lists) expect(listed).toEqual(expected);
    }));

  it('(24) expired, signed out and revoked tokens never count as theft', () =>
    afterAnyTrace(({ presented }) => {
      for (const { expected, outcome } of presented) {
        if (expected === 'invalid') expect(outcome.kind).toBe('invalid');
      }
    }));
});

describe('with every command of the store run twice, as after a lost reply', () => {
  const stutter = (store: SessionStore): SessionStore =>
    new Proxy(store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          await value.apply(target, given);
          return value.apply(target, given);
        };
      },
    });
  // Batches that delete are the one thing whose second answer differs, by saying that nothing is left.
  const wrap: SessionBenchOptions['wrap'] = (stores) => ({ ...stores, sessions: stutter(stores.sessions) });

  it('(10) a session that rotated, was renewed or lives on is the same as if they had run once', () =>
    afterAnyTrace(
      ({ presented, lists }) => {
        for (const { expected, outcome } of presented) {
          // The second run of a command that ended a session finds it ended.
          expect(outcome.kind).toBe(expected === 'reuse' ? 'invalid' : expected);
          if (expected === 'reuse') return;
        }
        for (const { listed, expected } of lists) expect(listed).toEqual(expected);
      },
      { wrap },
    ));
});
