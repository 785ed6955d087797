import { access } from 'node:fs/promises';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisCluster, type RedisClusterNode, startRedisCluster } from '../src/index.js';
import { waitUntil } from '../src/wait-until.js';
import { withRedis } from '../src/with-redis.js';

/** The answer of one node, which no client follows to another; a refusal as its text. */
async function askNode(node: RedisClusterNode, name: string, ...args: (string | number)[]): Promise<unknown> {
  return withRedis(node.url, (command) => command(name, ...args)).catch((error: Error) => error.message);
}

describe('startRedisCluster', () => {
  let cluster: RedisCluster;
  let client: Cluster;
  beforeAll(async () => {
    cluster = await startRedisCluster({ settings: { maxmemory: '50mb' } });
    client = new Cluster([...cluster.urls], { redisOptions: { password: cluster.password } });
  });
  afterAll(async () => {
    client?.disconnect();
    await cluster?.stop();
  });

  const slotOf = async (key: string): Promise<number> =>
    Number(await askNode(cluster.nodes[0] as RedisClusterNode, 'CLUSTER', 'KEYSLOT', key));
  const requireMaster = async (slot: number): Promise<RedisClusterNode> => {
    const master = await cluster.findMaster(slot);
    if (master === null) throw new Error(`no master for slot ${slot}`);
    return master;
  };
  /** A master other than the one of a slot. */
  const otherMaster = async (slot: number): Promise<RedisClusterNode> => {
    const served = await requireMaster(slot);
    const masters = await Promise.all([0, 8_192, 16_383].map(requireMaster));
    return masters.find((master) => master !== served) as RedisClusterNode;
  };
  /** Writes at a master and waits until its replica has it. */
  const writeSafely = async (master: RedisClusterNode, key: string): Promise<void> => {
    const copies = await withRedis(master.url, async (command) => {
      await command('SET', key, 'here');
      return command('WAIT', 1, 5_000);
    });
    expect(copies).toBe(1);
  };
  const untilReplaced = (master: RedisClusterNode, slot: number) =>
    waitUntil('a new master', async () => ![null, master].includes(await cluster.findMaster(slot)), 20_000);

  it('says which node is whose replica', () => {
    const roles = cluster.nodes.map(({ initialRole }) => initialRole);
    expect(roles).toEqual(['master', 'master', 'master', 'replica', 'replica', 'replica']);
    const masters = cluster.nodes.map(
      ({ initialMaster }) => initialMaster && cluster.nodes.indexOf(initialMaster),
    );
    expect(masters).toEqual([null, null, null, 0, 1, 2]);
  });

  it('runs real servers with the settings asked for', async () => {
    const answers = await Promise.all(
      cluster.nodes.map((node) => askNode(node, 'CONFIG', 'GET', 'maxmemory')),
    );
    expect(answers).toEqual(cluster.nodes.map(() => ['maxmemory', String(50 * 1024 ** 2)]));
  });

  it('refuses a caller without the password', async () => {
    const strangers = cluster.nodes.map((node) => ({ ...node, url: `redis://127.0.0.1:${node.port}` }));
    const answers = await Promise.all(strangers.map((node) => askNode(node, 'GET', 'x')));
    expect(answers).toEqual(answers.map(() => expect.stringContaining('NOAUTH')));
  });

  it('answers on every slot', async () => {
    const keys = await findKeyOfEachSlot(cluster.urls[0] as string);
    expect(keys).toHaveLength(16_384);
    const written = await Promise.all(keys.map((key) => client.set(key, key)));
    expect(new Set(written)).toEqual(new Set(['OK']));
    expect(await Promise.all(keys.map((key) => client.getdel(key)))).toEqual(keys);
  });

  it('replaces a killed master by its replica, which has its data', async () => {
    const slot = await slotOf('{killed}');
    const master = await requireMaster(slot);
    await writeSafely(master, '{killed}:key');
    await master.kill();
    await untilReplaced(master, slot);
    await waitUntil('the client to find the new master', () =>
      client.get('{killed}:key').then(
        (value) => value === 'here',
        () => false,
      ),
    );
    await master.restart();
    await cluster.untilHealthy();
    expect(await askNode(master, 'INFO', 'replication')).toContain('role:slave');
  }, 60_000);

  it('replaces a frozen master, which gives way when it goes on', async () => {
    const slot = await slotOf('{frozen}');
    const master = await requireMaster(slot);
    await writeSafely(master, '{frozen}:key');
    await master.freeze();
    await untilReplaced(master, slot);
    expect(await askNode(await requireMaster(slot), 'GET', '{frozen}:key')).toBe('here');
    await master.thaw();
    await cluster.untilHealthy();
    expect(await askNode(master, 'INFO', 'replication')).toContain('role:slave');
  }, 60_000);

  it('moves a slot with its keys while a client reads and writes', async () => {
    const slot = await slotOf('{moved}');
    const [from, to] = [await requireMaster(slot), await otherMaster(slot)];
    const written = new Map(Array.from({ length: 1_000 }, (_, index) => [`{moved}:${index}`, 'before']));
    await Promise.all([...written].map(([key, value]) => client.set(key, value)));

    let isMoving = true;
    let rounds = 0;
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      for (let round = 0; isMoving; round += 1) {
        const oldKey = `{moved}:${(lane + 8 * round) % 1_000}`;
        expect(await client.get(oldKey)).toBe(written.get(oldKey));
        for (const key of [oldKey, `{moved}:new:${lane}:${round}`]) {
          written.set(key, `${lane}:${round}`);
          await client.set(key, `${lane}:${round}`);
        }
        rounds += 1;
      }
    });
    const traffic = Promise.all(lanes);
    await waitUntil('some traffic', async () => rounds > 100);
    const roundsBefore = rounds;
    await cluster.moveSlot(slot, to);
    expect(rounds).toBeGreaterThan(roundsBefore);
    isMoving = false;
    await traffic;

    expect(await cluster.findMaster(slot)).toBe(to);
    expect(await askNode(to, 'CLUSTER', 'COUNTKEYSINSLOT', slot)).toBe(written.size);
    expect(await askNode(from, 'CLUSTER', 'COUNTKEYSINSLOT', slot)).toBe(0);
    const values = await Promise.all([...written.keys()].map((key) => client.get(key)));
    expect(values).toEqual([...written.values()]);
  });

  it('answers ASK for what has left a half-moved slot, and MOVED for all when it is finished', async () => {
    const slot = await slotOf('{half}');
    const to = await otherMaster(slot);
    const keys = Array.from({ length: 10 }, (_, index) => `{half}:${index}`);
    await Promise.all(keys.map((key) => client.set(key, key)));
    const move = await cluster.beginSlotMove(slot, to);

    const ask = `ASK ${slot} 127.0.0.1:${to.port}`;
    const answers = await Promise.all(keys.map((key) => askNode(move.from, 'GET', key)));
    expect(answers.filter((answer) => answer === ask)).toHaveLength(5);
    expect(answers.filter((answer) => keys.includes(String(answer)))).toHaveLength(5);
    expect(await askNode(move.from, 'GET', '{half}:never')).toBe(ask);
    expect(await askNode(move.from, 'MGET', ...keys)).toMatch(/^(ASK|TRYAGAIN)/);
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys);

    await move.finish();
    const movedAnswers = await Promise.all(keys.map((key) => askNode(move.from, 'GET', key)));
    expect(movedAnswers).toEqual(keys.map(() => `MOVED ${slot} 127.0.0.1:${to.port}`));
    expect(await client.mget(keys)).toEqual(keys);
  });

  it('refuses to move a slot to where it is', async () => {
    await expect(cluster.moveSlot(7, await requireMaster(7))).rejects.toThrow(/already there/);
  });
});

describe('a Redis Cluster that was stopped', () => {
  it('has left nothing behind, however its nodes were', async () => {
    const cluster = await startRedisCluster();
    const folders = await Promise.all(
      cluster.nodes.map(
        async (node) => ((await askNode(node, 'CONFIG', 'GET', 'dir')) as string[])[1] as string,
      ),
    );
    await cluster.nodes[0]?.freeze();
    await cluster.nodes[1]?.kill();
    await cluster.stop();
    await cluster.stop();
    for (const node of cluster.nodes) await expect(node.restart()).rejects.toThrow(/was stopped/);
    const answers = await Promise.all(cluster.nodes.map((node) => askNode(node, 'PING')));
    expect(answers).toEqual(cluster.nodes.map(() => 'Connection is closed.'));
    for (const folder of folders) await expect(access(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a Redis Cluster that does not start', () => {
  it('shows the log of a node', async () => {
    const settings = { maxmemory: 'a lot' };
    await expect(startRedisCluster({ settings })).rejects.toThrow(/maxmemory/);
  });
});

async function findKeyOfEachSlot(url: string): Promise<string[]> {
  const client = new Redis(url);
  const keys = new Map<unknown, string>();
  for (let next = 0; keys.size < 16_384; next += 10_000) {
    const batch = Array.from({ length: 10_000 }, (_, index) => `key:${next + index}`);
    const slots = await client.pipeline(batch.map((key) => ['cluster', 'keyslot', key])).exec();
    for (const [index, [, slot]] of (slots ?? []).entries()) keys.set(slot, batch[index] as string);
  }
  client.disconnect();
  return [...keys.values()];
}
