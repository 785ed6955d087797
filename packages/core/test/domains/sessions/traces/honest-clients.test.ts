import type { Sessions } from '@tessera-auth/core/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ada,
  createSessionBench,
  dayMs,
  deployments,
  floorMs,
  graceMs,
  type SessionBench,
  tokenOf,
} from '../session-bench.js';

function startNodes(bench: SessionBench): readonly Sessions[] {
  return [bench.startNode(deployments.prepared), bench.startNode(deployments.rotated)];
}

/** Between two uses of a client: anything from no time to what its session survives. */
const pauseMs = fc.oneof(fc.nat({ max: 30_000 }), fc.nat({ max: 29 * dayMs }));

describe('(4) a client that keeps each answer before it asks again', () => {
  it('is never signed out, though replies get lost, if it asks again within the grace', async () => {
    const use = fc.record({
      pauseMs,
      lost: fc.array(fc.nat({ max: 3000 }), { maxLength: 3 }),
      node: fc.nat({ max: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(use, { minLength: 1, maxLength: 15 }), async (uses) => {
        const bench = createSessionBench({ policy: { absoluteLifetime: '400d', idleLifetime: '30d' } });
        const nodes = startNodes(bench);
        let { refreshToken } = await bench.signIn();
        for (const { pauseMs: pause, lost, node } of uses) {
          bench.clock.advance(pause % (20 * dayMs));
          for (const ms of lost) {
            tokenOf(await nodes[node]!.refresh(ada, refreshToken));
            bench.clock.advance(ms);
          }
          refreshToken = tokenOf(await nodes[1 - node]!.refresh(ada, refreshToken));
        }
      }),
    );
  });

  it('is never signed out, however long it was away, if it kept its attempt id', async () => {
    const use = fc.record({ pauseMs, retriesMs: fc.array(fc.nat({ max: dayMs / 4 - 1 }), { maxLength: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(use, { minLength: 1, maxLength: 12 }), async (uses) => {
        const bench = createSessionBench({ policy: { absoluteLifetime: '400d' } });
        const nodes = startNodes(bench);
        let { refreshToken } = await bench.signIn();
        for (const [index, { pauseMs: pause, retriesMs }] of uses.entries()) {
          bench.clock.advance(pause);
          const attemptId = `attempt number ${index}`;
          for (const [retry, ms] of retriesMs.entries()) {
            tokenOf(await nodes[retry % 2]!.refresh(ada, refreshToken, attemptId));
            bench.clock.advance(ms);
          }
          refreshToken = tokenOf(await nodes[index % 2]!.refresh(ada, refreshToken, attemptId));
        }
      }),
    );
  });
});

describe('(5) the holders of one cookie jar', () => {
  /** Slower answers could put a token back that has been replaced meanwhile: the floor less the grace. */
  const answerMs = floorMs - graceMs - 1;
  const request = fc.record({
    startsAfterMs: fc.oneof(fc.constant(0), fc.nat({ max: 15_000 })),
    travelsMs: fc.nat({ max: graceMs - answerMs - 1 }),
    answerTravelsMs: fc.nat({ max: answerMs }),
    node: fc.nat({ max: 1 }),
  });

  it('are never taken for thieves, in whatever order their requests and answers travel', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 30 }), async (requests) => {
        const bench = createSessionBench();
        const nodes = startNodes(bench);
        let { refreshToken: jar } = await bench.signIn();
        bench.clock.advance(60_000);

        let startMs = bench.clock.now();
        const steps: { atMs: number; run: () => Promise<void> }[] = [];
        for (const { startsAfterMs, travelsMs, answerTravelsMs, node } of requests) {
          startMs += startsAfterMs;
          let sent = '';
          let answer = '';
          const send = async () => {
            sent = jar;
          };
          const arrive = async () => {
            answer = tokenOf(await nodes[node]!.refresh(ada, sent));
          };
          const keep = async () => {
            // As the routes do it: a token that came with the request is not set again.
            if (answer !== sent) jar = answer;
          };
          steps.push({ atMs: startMs, run: send });
          steps.push({ atMs: startMs + travelsMs, run: arrive });
          steps.push({ atMs: startMs + travelsMs + answerTravelsMs, run: keep });
        }
        for (const { atMs, run } of steps.toSorted((a, b) => a.atMs - b.atMs)) {
          bench.clock.moveTo(new Date(atMs));
          await run();
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('(6) a thief', () => {
  it('is found out at the second use of a retired token, whoever comes first', async () => {
    const turn = fc.record({ isThief: fc.boolean(), pauseMs: fc.integer({ min: 12_000, max: dayMs }) });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 2, maxLength: 12 }), async (turns) => {
        const bench = createSessionBench();
        const { refreshToken, session } = await bench.signIn();
        const held = { thief: refreshToken, owner: refreshToken };
        let isFoundOut = false;
        let lastToRotate: 'thief' | 'owner' | null = null;
        for (const { isThief, pauseMs: pause } of turns) {
          bench.clock.advance(pause);
          const who = isThief ? 'thief' : 'owner';
          const outcome = await bench.sessions.refresh(ada, held[who]);
          if (isFoundOut) expect(outcome.kind).toBe('invalid');
          else if (lastToRotate !== null && lastToRotate !== who) {
            expect(outcome.kind).toBe('reuse');
            isFoundOut = true;
          } else {
            held[who] = tokenOf(outcome);
            lastToRotate = who;
          }
        }
        const row = await bench.watched.stores.sessions.find('acme', session.id);
        expect(row?.endReason).toBe(isFoundOut ? 'reuse' : null);
        expect(await bench.isRevoked(session)).toBe(isFoundOut);
      }),
    );
  });
});
