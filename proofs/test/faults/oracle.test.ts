import { memoryStores, type Stores } from '@tessera-auth/core/stores';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { expectSound } from './storm/expect-sound.js';
import { runStorm, type StormReport, type StormUnderWay } from './storm/storm.js';
import { type StormNode, startStormNode } from './storm/storm-node.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let nodes: readonly StormNode[] = [];
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()));
});

async function suffer(
  name: string,
  stores: Stores,
  fault: (storm: StormUnderWay) => Promise<void>,
): Promise<StormReport> {
  nodes = await Promise.all([1, 2].map(() => startStormNode({ stores, rotationFloor: '1s' })));
  return runStorm({ name: `memory ${name}`, nodes, users: stores.users, fault });
}

describe('the oracle of a storm', () => {
  it('finds nothing where nothing is wrong', async () => {
    const report = await suffer('without a fault', memoryStores(), async () => {});
    expectSound(report);
    expect(Object.keys(report.statuses).sort()).toEqual(['200', '204', '401']);
  });

  it('notices tokens that outlive their session', async () => {
    const stores = memoryStores();
    const { revocations, sessions } = stores;
    const deaf = { ...revocations, isRevoked: () => false };
    const linked = { ...sessions, recordsRevocationsIn: deaf };
    const report = await suffer(
      'deaf to revocations',
      { ...stores, revocations: deaf, sessions: linked },
      async () => {},
    );
    expect(report.wrong.length).toBeGreaterThan(0);
    expect(report.wrong.every((what) => what.startsWith('a token was let in'))).toBe(true);
  });

  it('notices an outage that is told as a refusal, and the cookies that go with it', async () => {
    const stores = memoryStores();
    let isAway = false;
    const sessions: Stores['sessions'] = {
      ...stores.sessions,
      rotate: async (presented) => (isAway ? { kind: 'invalid' } : stores.sessions.rotate(presented)),
    };
    const report = await suffer('away without a word', { ...stores, sessions }, async (storm) => {
      isAway = true;
      await storm.untilEveryNodeAnswers('refusals', ({ code }) => code === 'refresh_token_invalid', 10);
      isAway = false;
    });
    expect(report.refused.length).toBeGreaterThan(0);
    expect(report.refused.some((what) => what.endsWith('cookies cleared'))).toBe(true);
  });
});
