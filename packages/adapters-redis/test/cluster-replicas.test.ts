import { redisStores } from '@tessera-auth/adapters-redis';
import { createTestClock, sessionFixtures } from '@tessera-auth/core/testing';
import { type RedisCluster, type RedisClusterNode, startRedisCluster } from '@tessera-auth/test-services';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readOn, requireLog } from './support/commands.js';
import { freshPrefix } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 60_000 });

const { ada, createSession, ending, presentation, raising, sessionIdOf, windows } = sessionFixtures;

let group: RedisCluster;
let client: Cluster;
beforeAll(async () => {
  // Two are enough for slots to move between.
  group = await startRedisCluster({ masters: 2 });
  client = new Cluster(
    group.nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    // It learns of moved slots from refusals alone.
    { redisOptions: { password: group.password }, slotsRefreshInterval: 0 },
  );
  client.on('error', () => {});
});
afterAll(async () => {
  client.disconnect();
  await group.stop();
});

function openStores() {
  const clock = createTestClock();
  const replicas = { atLeast: 1, within: '2s' as const };
  return { clock, ...redisStores({ client, keyPrefix: freshPrefix(), clock, replicas, timeout: '20s' }) };
}

/** The slot of all that is Ada's. */
async function findSlot(): Promise<number> {
  const prefix = freshPrefix();
  const { sessions } = redisStores({ client, keyPrefix: prefix });
  await createSession(sessions, 'slot');
  for (const node of client.nodes('master')) {
    for (const key of await node.keys(`${prefix}*`)) return Number(await node.cluster('KEYSLOT', key));
  }
  throw new Error('no key was written');
}

async function findOther(slot: number): Promise<RedisClusterNode> {
  const master = await group.findMaster(slot);
  const other = group.nodes.find(({ id, initialRole }) => initialRole === 'master' && id !== master?.id);
  if (other === undefined) throw new Error('there is only one master');
  return other;
}

it('the replicas of each primary confirm what is in its slots', async () => {
  const { clock, sessions, revocations } = openStores();
  await createSession(sessions, 'phone');
  await sessions.end(ending('phone'));
  await sessions.endTenant({ tenantId: ada.tenantId, ...raising('c') });
  const until = new Date(clock.now() + 60_000);
  await revocations.add(
    Array.from({ length: 40 }, (_, index) => ({ kind: 'token', jti: `j${index}`, until })),
  );
  expect((await readOn(requireLog(revocations))).revocations.length).toBe(42);
});

it('a change is confirmed and done once after its slot moved to a server that the client does not know of', async () => {
  const { clock, sessions } = openStores();
  await createSession(sessions, 'phone');
  clock.advance(windows.floorMs);
  const slot = await findSlot();
  await group.moveSlot(slot, await findOther(slot));
  expect(await sessions.endAll({ ...ada, ...raising('c1') })).toBe(1);
  expect((await sessions.readEpochs(ada)).userEpoch).toBe(1);
});

it('while a slot is on its way, a change is refused or done once, and afterwards it is done once', async () => {
  const { clock, sessions, revocations } = openStores();
  await createSession(sessions, 'phone');
  clock.advance(windows.floorMs);
  const slot = await findSlot();
  const move = await group.beginSlotMove(slot, await findOther(slot));
  const early = await sessions.rotate(presentation('phone', 0)).catch((error: unknown) => error);
  expect(early).toSatisfy(
    (answer: object) =>
      ('kind' in answer && answer.kind === 'rotated') ||
      ('code' in answer && answer.code === 'store_unavailable'),
  );
  await move.finish();
  expect(await sessions.rotate(presentation('phone', 0))).toMatchObject({
    kind: 'rotated',
    session: { generation: 1 },
  });
  await sessions.end(ending('phone'));
  expect((await readOn(requireLog(revocations))).revocations).toMatchObject([
    { kind: 'session', sessionId: sessionIdOf('phone') },
  ]);
});

it('without its replica a primary refuses, in words', async () => {
  const { sessions, check } = openStores();
  // Before: it asks replicas too.
  await check();
  const slot = await findSlot();
  const master = await group.findMaster(slot);
  const replica = group.nodes.find(({ initialMaster }) => initialMaster?.id === master?.id);
  await replica?.freeze();
  try {
    await expect(sessions.endAll({ ...ada, ...raising('c1') })).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: { message: expect.stringContaining('0 of 1 replicas confirmed') },
    });
  } finally {
    await replica?.thaw();
  }
  await vi.waitFor(() => sessions.endAll({ ...ada, ...raising('c1') }), { timeout: 20_000, interval: 50 });
  expect((await sessions.readEpochs(ada)).userEpoch).toBe(1);
});
