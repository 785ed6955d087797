import { type RedisStoresOptions, redisStores } from '@tessera-auth/adapters-redis';
import { createTestClock, sessionFixtures } from '@tessera-auth/core/testing';
import { type RedisServer, startRedis } from '@tessera-auth/test-services';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { jtisOf, newToken, readOn, requireLog } from './support/commands.js';
import { createClient, freshPrefix } from './support/fresh-stores.js';

const { ada, createSession, ending, presentation, raising, sessionIdOf, windows } = sessionFixtures;

/** For stores whose replica is frozen. One that answers is given its time. */
const impatient = { atLeast: 1, within: '150ms' } as const;

let primary: RedisServer;
let replica: RedisServer;
let client: Redis;
let onReplica: Redis;
beforeAll(async () => {
  // Pings to replicas would count as replicated data.
  primary = await startRedis({
    own: true,
    settings: { 'repl-ping-replica-period': '3600', 'repl-diskless-sync-delay': '0' },
  });
  const { password, port } = new URL(primary.url);
  replica = await startRedis({
    own: true,
    settings: { replicaof: `127.0.0.1 ${port}`, masterauth: password, 'repl-ping-replica-period': '3600' },
  });
  client = createClient(primary.url);
  onReplica = createClient(replica.url);
  await untilInStep();
});
afterAll(async () => {
  client.disconnect();
  onReplica.disconnect();
  await replica.thaw();
  await replica.stop();
  await primary.stop();
});

async function untilInStep(): Promise<void> {
  await vi.waitFor(async () => expect(await client.wait(1, 100)).toBe(1), { timeout: 30_000, interval: 20 });
}

function waitingStores(options: Partial<RedisStoresOptions> = {}) {
  const clock = createTestClock();
  const keyPrefix = freshPrefix();
  const replicas = { atLeast: 1, within: '5s' as const };
  const own = { client, keyPrefix, clock, replicas, timeout: '20s' as const };
  return { clock, keyPrefix, ...redisStores({ ...own, ...options }) };
}

function token(clock: { now(): number }, jti: string) {
  return { kind: 'token' as const, jti, until: new Date(clock.now() + 60_000) };
}

describe('replicas that shall confirm', () => {
  it('hold what was answered', async () => {
    const { clock, keyPrefix, sessions, revocations } = waitingStores();
    await createSession(sessions, 'phone');
    clock.advance(windows.floorMs);
    await sessions.rotate(presentation('phone', 0));
    await sessions.end(ending('phone'));
    await revocations.add([token(clock, 'j')]);
    expect(await onReplica.exists(`${keyPrefix}revoked:jwt:j`)).toBe(1);
  });

  it('that do not answer: refused in words, and the same again is the same once they do', async () => {
    const stores = waitingStores();
    const { clock, keyPrefix, sessions, revocations, oneTimeTokens } = stores;
    const hasty = waitingStores({ clock, keyPrefix, replicas: impatient });
    await createSession(sessions, 'phone');
    await oneTimeTokens.create(newToken());
    clock.advance(windows.floorMs);
    const unconfirmed = {
      code: 'store_unavailable',
      cause: {
        message:
          'Redis: 0 of 1 replicas confirmed a change within 150 ms; it stands on the primary, and repeating it is safe',
      },
    };
    const spending = { ...newToken(), commandId: 'c1' };
    const changes: readonly ((on: typeof stores) => Promise<unknown>)[] = [
      (on) => on.sessions.rotate(presentation('phone', 0)),
      (on) => on.sessions.endAll({ ...ada, ...raising('c1') }),
      (on) => on.sessions.end(ending('phone')),
      (on) => on.revocations.add([token(clock, 'j')]),
      (on) => on.oneTimeTokens.consume(spending),
    ];
    await replica.freeze();
    try {
      for (const change of changes) await expect(change(hasty)).rejects.toMatchObject(unconfirmed);
      // Only what changes something has to be confirmed.
      expect(await sessions.find(ada.tenantId, sessionIdOf('phone'))).toMatchObject({ generation: 1 });
      expect(jtisOf((await readOn(requireLog(revocations))).revocations)).toEqual(['j']);
    } finally {
      await replica.thaw();
    }
    await untilInStep();
    for (const change of changes) await change(stores);
    expect((await sessions.readEpochs(ada)).userEpoch).toBe(1);
    expect(await sessions.find(ada.tenantId, sessionIdOf('phone'))).toMatchObject({ generation: 1 });
    expect(await oneTimeTokens.consume(spending)).toMatchObject({ purpose: 'password_reset' });
    expect(await oneTimeTokens.consume({ ...spending, commandId: 'c2' })).toBeNull();
    expect(jtisOf((await readOn(requireLog(revocations))).revocations)).toEqual(['j']);
  });

  it('are waited for behind a repetition too, which itself changes nothing', async () => {
    const { clock, keyPrefix, revocations } = waitingStores();
    const shared = { clock, keyPrefix, replicas: impatient };
    const hasty = waitingStores(shared).revocations;
    const entry = token(clock, 'j');
    await replica.freeze();
    try {
      for (let count = 0; count < 2; count++) {
        await expect(hasty.add([entry])).rejects.toMatchObject({ code: 'store_unavailable' });
      }
      // A connection of its own does not make it forget.
      const other = createClient(primary.url);
      const again = waitingStores({ ...shared, client: other }).revocations.add([entry]);
      await expect(again).rejects.toMatchObject({ code: 'store_unavailable' });
      other.disconnect();
    } finally {
      await replica.thaw();
    }
    await untilInStep();
    await revocations.add([entry]);
  });

  it('that are too few are counted', async () => {
    const { clock, revocations } = waitingStores({ replicas: { atLeast: 2, within: '1s' } });
    await expect(revocations.add([token(clock, 'j')])).rejects.toMatchObject({
      cause: { message: expect.stringContaining('1 of 2 replicas') },
    });
  });

  it('are waited for after the server forgot the scripts', async () => {
    const { clock, keyPrefix, revocations } = waitingStores();
    await client.script('FLUSH');
    await revocations.add([token(clock, 'j')]);
    expect(await onReplica.exists(`${keyPrefix}revoked:jwt:j`)).toBe(1);
  });
});

describe('what only asks', () => {
  const subject = { ...ada, jti: 'j', sessionId: 's', userEpoch: 0, tenantEpoch: 0, rolesVersion: 0 };

  it('is sent to no replica and to no file', async () => {
    const { clock, revocations } = waitingStores();
    await revocations.add([token(clock, 'j')]);
    const log = requireLog(revocations);
    const written = async () => {
      const info = await client.info();
      return ['master_repl_offset', 'rdb_changes_since_last_save', 'aof_current_size'].map(
        (name) => new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1],
      );
    };
    const { cursor } = await readOn(log);
    const before = await written();
    expect(before.every((value) => Number(value) > 0)).toBe(true);
    for (let count = 0; count < 50; count++) {
      await log.read(cursor);
      await log.read(null);
      await revocations.isRevoked({ ...subject, jti: count % 2 === 0 ? 'j' : 'k' });
    }
    expect(await written()).toEqual(before);
  });

  it('is refused by a primary without its replicas, where it was told to insist on them', async () => {
    const { clock, sessions, revocations } = waitingStores();
    await createSession(sessions, 'phone');
    await revocations.add([token(clock, 'j')]);
    const { cursor } = await readOn(requireLog(revocations));
    await client.config('SET', 'min-replicas-to-write', '2');
    try {
      const refusal = {
        code: 'store_unavailable',
        cause: { message: expect.stringMatching(/^NOREPLICAS/) },
      };
      await expect(requireLog(revocations).read(cursor)).rejects.toMatchObject(refusal);
      await expect(revocations.isRevoked(subject)).rejects.toMatchObject(refusal);
      // The token is young, so the answer would be the same token without any write.
      await expect(sessions.rotate(presentation('phone', 0))).rejects.toMatchObject(refusal);
    } finally {
      await client.config('SET', 'min-replicas-to-write', '0');
    }
    expect(await revocations.isRevoked(subject)).toBe(true);
  });

  it('is refused by a replica', async () => {
    const { revocations } = redisStores({ client: onReplica, keyPrefix: freshPrefix() });
    const refusal = { code: 'store_unavailable', cause: { message: expect.stringMatching(/^READONLY/) } };
    await expect(requireLog(revocations).read(null)).rejects.toMatchObject(refusal);
    await expect(revocations.isRevoked(subject)).rejects.toMatchObject(refusal);
  });
});

// Last, for the replica is none any more.
it('a replica that takes over without the last writes is noticed', async () => {
  const { clock, keyPrefix, revocations } = waitingStores();
  await revocations.add([token(clock, 'early')]);
  const early = await readOn(requireLog(revocations));
  await onReplica.replicaof('NO', 'ONE');
  const alone = redisStores({ client, keyPrefix, clock }).revocations;
  await alone.add([token(clock, 'late')]);
  const late = await readOn(requireLog(alone), early.cursor);
  expect(jtisOf(late.revocations)).toEqual(['late']);

  const successor = redisStores({ client: onReplica, keyPrefix, clock }).revocations;
  expect(await requireLog(successor).read(late.cursor)).toEqual({ kind: 'lost' });
  await successor.add(late.revocations);
  expect(jtisOf((await readOn(requireLog(successor), early.cursor)).revocations)).toEqual(['late']);
});
