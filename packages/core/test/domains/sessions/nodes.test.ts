import { createKeyRing, createSessions } from '@tessera-auth/core/primitives';
import { describe, expect, it } from 'vitest';
import { newRootSecret, rootSecret } from '../../auth-bench.js';
import { accessTokenMs, ada, createSessionBench, deployments, tokenOf } from './session-bench.js';

const pairs = [
  ['before', 'prepared'],
  ['prepared', 'rotated'],
  ['rotated', 'prepared'],
] as const;

describe('nodes in the middle of a rolling deployment', () => {
  it.each(pairs)('give the same successor: %s and %s', async (one, other) => {
    const bench = createSessionBench();
    const { refreshToken } = await bench.signIn();
    const nodes = [bench.startNode(deployments[one]), bench.startNode(deployments[other])];
    bench.clock.advance(60_000);
    const outcomes = await Promise.all(
      Array.from({ length: 32 }, (_, index) => nodes[index % 2]!.refresh(ada, refreshToken)),
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'rotated')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'grace')).toHaveLength(31);
    const tokens = outcomes.map((outcome) => tokenOf(outcome));
    expect(new Set(tokens).size).toBe(1);
  });

  it('sign nobody out over a whole rotation of the root secret', async () => {
    const bench = createSessionBench();
    let { refreshToken } = await bench.signIn();
    for (const secret of [deployments.before, deployments.prepared, deployments.rotated, deployments.after]) {
      bench.clock.advance(60_000);
      refreshToken = tokenOf(await bench.startNode(secret).refresh(ada, refreshToken));
    }
    bench.clock.advance(60_000);
    const outcome = await bench.startNode(newRootSecret).refresh(ada, refreshToken);
    expect(outcome).toMatchObject({ kind: 'rotated', session: { generation: 5 } });
  });

  it('refuse without ending where the successor was made with a key that this one has not got yet', async () => {
    const bench = createSessionBench();
    const { refreshToken, session } = await bench.signIn();
    const ahead = bench.startNode(deployments.rotated);
    bench.clock.advance(60_000);
    const next = tokenOf(await ahead.refresh(ada, refreshToken));
    const behind = bench.startNode(deployments.before);
    expect((await behind.refresh(ada, refreshToken)).kind).toBe('superseded');
    expect((await behind.refresh(ada, next)).kind).toBe('malformed');
    expect((await ahead.refresh(ada, refreshToken)).kind).toBe('grace');
    expect((await bench.watched.stores.sessions.find('acme', session.id))?.endedAt).toBeNull();
  });

  it('take nothing from another environment with the same secret', async () => {
    const bench = createSessionBench();
    const { refreshToken } = await bench.signIn();
    const staging = createSessions({
      store: bench.watched.stores.sessions,
      revocations: bench.watched.stores.revocations,
      keyRing: createKeyRing({ secret: rootSecret, environment: 'staging' }),
      accessTokenMs,
      clock: bench.clock,
    });
    expect((await staging.refresh(ada, refreshToken)).kind).toBe('malformed');
    expect(staging.findSessionId('acme', refreshToken)).toBeNull();
  });

  it('refuse tokens of a retired secret', async () => {
    const bench = createSessionBench();
    const { refreshToken } = await bench.signIn();
    expect((await bench.startNode(deployments.after).refresh(ada, refreshToken)).kind).toBe('malformed');
  });
});
