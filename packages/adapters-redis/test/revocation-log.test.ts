import { redisStores } from '@tessera-auth/adapters-redis';
import type { RevocationStore } from '@tessera-auth/core/stores';
import { createTestClock, type TestClock } from '@tessera-auth/core/testing';
import { type RedisServer, startRedis } from '@tessera-auth/test-services';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { jtisOf, readOn, readPage, requireLog } from './support/commands.js';
import { createClient, freshPrefix, listKeys } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 60_000 });

const minuteMs = 60_000;
const lost = { kind: 'lost' };

/** Ids in the order that tells whether two sets are equal. */
function sorted(ids: readonly string[]): readonly string[] {
  return [...ids].sort();
}

function tokens(clock: TestClock, names: readonly string[], ms = minuteMs) {
  const until = new Date(clock.now() + ms);
  return names.map((jti) => ({ kind: 'token' as const, jti, until }));
}

function numbered(count: number, prefix = 't'): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

describe('on a server', () => {
  const client = createClient(inject('redisUrl'));
  afterAll(() => client.disconnect());

  let clock: TestClock;
  let keyPrefix: string;
  let revocations: RevocationStore;
  beforeEach(() => {
    clock = createTestClock();
    keyPrefix = freshPrefix();
    ({ revocations } = redisStores({ client, keyPrefix, clock }));
  });
  const listLogs = async () => (await listKeys(client, keyPrefix)).filter((key) => key.endsWith(':log'));
  const countEntries = async () =>
    (await Promise.all((await listLogs()).map((log) => client.xlen(log)))).reduce((sum, n) => sum + n, 0);

  it('20,000 entries come in pages of bounded size, each once', async () => {
    const names = numbered(20_000);
    for (let from = 0; from < names.length; from += 1000) {
      await revocations.add(tokens(clock, names.slice(from, from + 1000)));
    }
    const log = requireLog(revocations);
    const first = await readPage(log, null);
    expect(first.revocations.length).toBeLessThanOrEqual(32 * 33);
    const rest = await readOn(log, first.cursor);
    expect(sorted(jtisOf([...first.revocations, ...rest.revocations]))).toEqual(sorted(names));
    expect((await readOn(log, rest.cursor)).revocations).toEqual([]);
  });

  it('nothing is skipped while eight clients write and one reads', async () => {
    const log = requireLog(revocations);
    const writers = Array.from({ length: 8 }, () => createClient(inject('redisUrl')));
    const names = writers.map((_, writer) => numbered(500, `w${writer}_`));
    let isWriting = true;
    const writing = Promise.all(
      writers.map(async (writer, index) => {
        const own = redisStores({ client: writer, keyPrefix, clock }).revocations;
        for (const name of names[index] ?? []) await own.add(tokens(clock, [name]));
      }),
    ).finally(() => {
      isWriting = false;
    });
    const seen: string[] = [];
    let cursor: string | null = null;
    let reads = 0;
    // One more read after the last write.
    for (let isLast = false; !isLast; reads++) {
      isLast = !isWriting;
      const on = await readOn(log, cursor);
      seen.push(...jtisOf(on.revocations));
      cursor = on.cursor;
    }
    await writing;
    for (const writer of writers) writer.disconnect();
    expect(reads).toBeGreaterThan(2);
    expect(sorted(seen)).toEqual(sorted(names.flat()));
  });

  it('what changes nothing is not told again; what gets stronger is', async () => {
    const [entry] = tokens(clock, ['j']);
    if (entry === undefined) throw new Error('no entry');
    for (let count = 0; count < 3; count++) await revocations.add([entry]);
    await revocations.add([{ ...entry, until: new Date(clock.now() + 1) }]);
    expect(await countEntries()).toBe(1);
    await revocations.add([{ ...entry, until: new Date(clock.now() + 2 * minuteMs) }]);
    expect(await countEntries()).toBe(2);
  });

  it('what others wrote for good is told as far as it was asked for', async () => {
    await client.set(`${keyPrefix}revoked:jwt:j`, '1');
    await revocations.add(tokens(clock, ['j']));
    expect((await readOn(requireLog(revocations))).revocations).toEqual(tokens(clock, ['j']));
    expect(await client.get(`${keyPrefix}revoked:jwt:j`)).toBe('1');
  });

  it('what others put into a log is passed over, and what stands around it is read', async () => {
    const log = requireLog(revocations);
    await revocations.add(tokens(clock, ['before']));
    const [key = ''] = await listLogs();
    const end = clock.now() + minuteMs;
    const foreign = [
      ...['', 'x', `tenant ${end} 1 0 %`, `user ${end} 1 0 %zz:b`, `user ${end} 1 0 a:%e0%a4`],
      ...['token 99999999999999999999 1 0 x', `session ${'9'.repeat(400)} 1 0 x`, `unknown ${end} 1 0 x`],
    ];
    for (const entry of foreign) await client.xadd(key, '*', 'revoked', entry);
    await revocations.add(tokens(clock, numbered(100)));
    const all = await readOn(log);
    expect(sorted(jtisOf(all.revocations))).toEqual(sorted(['before', ...numbered(100)]));
    expect((await readOn(log, all.cursor)).revocations).toEqual([]);
  });

  it('entries go a minute after their end, oldest first, and never because there are many', async () => {
    const user = { kind: 'user' as const, tenantId: 'acme', userId: 'ada', exceptSessionId: null };
    const raise = (epoch: number) =>
      revocations.add([{ ...user, epoch, until: new Date(clock.now() + minuteMs) }]);
    for (let epoch = 1; epoch <= 300; epoch++) await raise(epoch);
    clock.advance(2 * minuteMs - 1);
    await raise(301);
    expect(await countEntries()).toBe(301);
    clock.advance(1);
    for (let epoch = 302; epoch <= 450; epoch++) await raise(epoch);
    expect(await countEntries()).toBe(150);
    const ttls = await Promise.all((await listLogs()).map((log) => client.pttl(log)));
    // Beside the clock of a test, every lifetime is a minute longer.
    for (const ttl of ttls) expect(ttl).toBeLessThanOrEqual(3 * minuteMs);
  });

  it('a reader whose entry was trimmed goes on, and gets what came after it', async () => {
    const log = requireLog(revocations);
    const user = { kind: 'user' as const, tenantId: 'acme', userId: 'ada', exceptSessionId: null };
    const raise = (epoch: number) =>
      revocations.add([{ ...user, epoch, until: new Date(clock.now() + minuteMs) }]);
    await raise(1);
    const { cursor } = await readOn(log);
    clock.advance(10 * minuteMs);
    for (const epoch of [2, 3, 4]) await raise(epoch);
    expect(await countEntries()).toBe(3);
    const on = await readOn(log, cursor);
    expect(on.revocations.map((entry) => 'epoch' in entry && entry.epoch)).toEqual([2, 3, 4]);
  });

  it('a log that ended by itself is empty, not lost', async () => {
    const log = requireLog(revocations);
    await revocations.add(tokens(clock, numbered(100)));
    const { cursor } = await readOn(log);
    clock.advance(minuteMs);
    await client.unlink(await listKeys(client, keyPrefix));
    expect((await readOn(log, cursor)).revocations).toEqual([]);
  });

  describe('is lost', () => {
    let cursor: string;
    beforeEach(async () => {
      await revocations.add(tokens(clock, numbered(100)));
      ({ cursor } = await readOn(requireLog(revocations)));
    });

    it('when all keys are gone', async () => {
      await client.unlink(await listKeys(client, keyPrefix));
      expect(await requireLog(revocations).read(cursor)).toEqual(lost);
    });

    it('when one entry is gone that a reader stands at, in any of the logs', async () => {
      for (const log of await listLogs()) {
        const [[id, fields] = []] = await client.xrevrange(log, '+', '-', 'COUNT', 1);
        if (id === undefined || fields === undefined) throw new Error('an empty log');
        expect(await requireLog(revocations).read(cursor)).toMatchObject({ kind: 'page' });
        await client.xdel(log, id);
        expect(await requireLog(revocations).read(cursor)).toEqual(lost);
        await client.unlink(log);
        await client.xadd(log, id, ...fields);
      }
    });

    it('when another history has another entry under the same id', async () => {
      const [log = ''] = await listLogs();
      const [[id, [, entry = ''] = []] = []] = await client.xrevrange(log, '+', '-', 'COUNT', 1);
      if (id === undefined) throw new Error('an empty log');
      await client.unlink(log);
      await client.xadd(log, id, 'revoked', entry.replace(/\w+$/, 'other'));
      expect(await requireLog(revocations).read(cursor)).toEqual(lost);
    });
  });

  it('a cursor that only looks like one is lost', async () => {
    const huge = '9'.repeat(19);
    for (const part of [`${huge}-${huge}_abcdefgh_${clock.now() + 1}`, '0-0_abcdefgh_9999999999999']) {
      const forged = [part, ...Array.from({ length: 31 }, () => '')].join(',');
      expect(await requireLog(revocations).read(forged)).toEqual(lost);
    }
    for (const form of ['1-1_short_1', '*', '+', '(1-1_abcdefgh_1', `${'9'.repeat(20)}-1_abcdefgh_1`]) {
      const forged = [form, ...Array.from({ length: 31 }, () => '')].join(',');
      expect(await requireLog(revocations).read(forged)).toEqual(lost);
    }
  });
});

describe('a server that forgets its last writes', () => {
  // Nothing is kept but what SAVE has written.
  let server: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    server = await startRedis({ own: true, settings: { appendonly: 'no' } });
    client = createClient(server.url);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  it('is noticed by who had read them, and by nobody else', async () => {
    const clock = createTestClock();
    const { revocations, ping } = redisStores({ client, keyPrefix: freshPrefix(), clock });
    const log = requireLog(revocations);
    await revocations.add(tokens(clock, ['kept']));
    const early = await readOn(log);
    await client.save();
    await revocations.add(tokens(clock, ['forgotten']));
    const late = await readOn(log, early.cursor);
    expect(jtisOf(late.revocations)).toEqual(['forgotten']);

    await server.kill();
    await server.restart();
    await vi.waitFor(ping, { timeout: 10_000, interval: 20 });
    expect(jtisOf((await readOn(log, early.cursor)).revocations)).toEqual([]);
    // Its bucket is empty now, or ends with another entry.
    expect(await log.read(late.cursor)).toEqual(lost);
    await revocations.add(late.revocations);
    expect(jtisOf((await readOn(log, early.cursor)).revocations)).toEqual(['forgotten']);
  });
});
