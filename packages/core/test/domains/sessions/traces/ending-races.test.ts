import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ada, createSessionBench, newSession, type SessionBench } from '../session-bench.js';

const endings = {
  'ending the session': async (bench: SessionBench, id: string) =>
    (await bench.sessions.end(ada, id, 'signed_out'))?.wasLive,
  'ending all of the user': ({ sessions }: SessionBench) => sessions.endAll(ada),
  'ending all of the tenant': ({ sessions }: SessionBench) => sessions.endTenant('acme'),
} as const;

describe.each(Object.entries(endings))('(11)(12) %s', (_name, end) => {
  it.each([false, true])(
    'leaves nothing that refreshes or is accepted, in any order of steps (unlinked: %s)',
    async (isUnlinked) => {
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), fc.nat({ max: 6 }), async (steps, refreshes) => {
          const bench = createSessionBench({ isUnlinked });
          const mine = await bench.signIn();
          bench.clock.advance(60_000);
          bench.watched.delay((method) => steps.schedule(Promise.resolve(), method));
          const racing = Promise.all([
            ...Array.from({ length: refreshes }, () => bench.sessions.refresh(ada, mine.refreshToken)),
            end(bench, mine.session.id),
          ]);
          const outcomes = await steps.waitFor(racing);
          bench.watched.delay(null);

          const tokens = new Set([mine.refreshToken]);
          for (const outcome of outcomes) {
            if (typeof outcome === 'object' && 'refreshToken' in outcome) tokens.add(outcome.refreshToken);
          }
          for (const token of tokens) {
            expect((await bench.sessions.refresh(ada, token)).kind).toBe('invalid');
          }
          for (const outcome of outcomes) {
            if (typeof outcome === 'object' && 'session' in outcome) {
              expect(await bench.isRevoked(outcome.session)).toBe(true);
            }
          }
          expect((await bench.sessions.list(ada)).sessions).toEqual([]);
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe('(13)(14)(15) signing in around "sign out everywhere"', () => {
  it('works if and only if it began after, and epochs only rise', async () => {
    const act = fc.constantFrom('begin', 'start', 'end-all', 'end-others', 'end-tenant');
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
        const bench = createSessionBench();
        const { sessions } = bench;
        const begun: { signIn: Awaited<ReturnType<typeof sessions.beginSignIn>>; isOvertaken: boolean }[] =
          [];
        const { session: kept } = await bench.signIn();
        let epochs = { userEpoch: 0, tenantEpoch: 0 };
        for (const kind of acts) {
          if (kind === 'begin') begun.push({ signIn: await sessions.beginSignIn(ada), isOvertaken: false });
          if (kind === 'start') {
            const next = begun.shift();
            if (next === undefined) continue;
            const started = await sessions.start(next.signIn, newSession);
            expect(started === null).toBe(next.isOvertaken);
            if (started !== null) expect(await bench.isRevoked(started.session)).toBe(false);
          }
          if (kind === 'end-all') await sessions.endAll(ada);
          if (kind === 'end-tenant') await sessions.endTenant('acme');
          const hasEnded =
            kind === 'end-others' ? await sessions.endOthers(ada, kept.id) : kind.startsWith('end-');
          if (hasEnded) for (const waiting of begun) waiting.isOvertaken = true;
          const now = (await sessions.beginSignIn(ada)).epochs;
          expect(now.userEpoch).toBeGreaterThanOrEqual(epochs.userEpoch);
          expect(now.tenantEpoch).toBeGreaterThanOrEqual(epochs.tenantEpoch);
          epochs = now;
        }
      }),
    );
  });
});

describe('(22) the cap', () => {
  it('holds in any order of steps, and the newest sessions stay', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 12 }),
        async (steps, maxSessions, count) => {
          const bench = createSessionBench({ policy: { maxSessions } });
          bench.watched.delay((method) => steps.schedule(Promise.resolve(), method));
          await steps.waitFor(Promise.all(Array.from({ length: count }, () => bench.signIn())));
          bench.watched.delay(null);
          expect((await bench.sessions.list(ada)).sessions).toHaveLength(Math.min(count, maxSessions));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('(23) cleanup', () => {
  it('deletes in batches, no live session, and stops when its time is up', async () => {
    const bench = createSessionBench({ policy: { absoluteLifetime: '1h', maxSessions: 10_000 } });
    for (let count = 0; count < 1200; count++) await bench.signIn(ada, null);
    expect(await bench.sessions.deleteExpired()).toBe(0);
    bench.clock.advance(3_600_000);
    const live = await bench.signIn();
    bench.watched.forgetCalls();
    expect(await bench.sessions.deleteExpired(0)).toBe(500);
    expect(bench.watched.calls).toEqual(['sessions.deleteExpired']);
    expect(await bench.sessions.deleteExpired()).toBe(700);
    expect((await bench.sessions.refresh(ada, live.refreshToken)).kind).toBe('unchanged');
  });
});
