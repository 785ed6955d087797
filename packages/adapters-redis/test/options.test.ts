import { type RedisStoresOptions, redisStores } from '@tessera-auth/adapters-redis';
import { systemClock } from '@tessera-auth/core/stores';
import { sessionFixtures } from '@tessera-auth/core/testing';
import { type RedisServer, startRedis } from '@tessera-auth/test-services';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createClient, freshPrefix, listKeys } from './support/fresh-stores.js';

const { ada, bob, createSession, ending, lifetimes, newSession, raising, sessionIdFor, windows } =
  sessionFixtures;

const client = createClient(inject('redisUrl'));
afterAll(() => client.disconnect());

describe('what is wrong is named', () => {
  const prefixed = createClient(inject('redisUrl'), { keyPrefix: 'app:', lazyConnect: true });
  const wrong: readonly [string, RedisStoresOptions][] = [
    ['client', {} as RedisStoresOptions],
    ['client', { client: prefixed }],
    ['keyPrefix', { client, keyPrefix: '{app}' }],
    ['timeout', { client, timeout: '0s' }],
    ['timeout', { client, timeout: '2m' }],
    ['replicas\\.atLeast', { client, replicas: { atLeast: 0 } }],
    ['replicas\\.atLeast', { client, replicas: { atLeast: 1.5 } }],
    ['replicas\\.within', { client, replicas: { atLeast: 1, within: '0s' } }],
    ['replicas\\.within', { client, replicas: { atLeast: 1, within: '2s' } }],
    ['client', { client: { call: async () => null }, replicas: { atLeast: 1 } }],
  ];
  it.each(wrong)('%s', (name, options) => {
    expect(() => redisStores(options)).toThrow(new RegExp(`^${name}: `));
    expect(() => redisStores(options)).toThrow(TypeError);
  });

  it('an id that cannot be stored, or has not the tag of its user, is never written', async () => {
    const { sessions, revocations } = redisStores({ client, keyPrefix: freshPrefix() });
    const foreign = newSession('phone', { id: sessionIdFor(bob, 'phone') });
    await expect(sessions.create(foreign)).rejects.toThrow(/^id: /);
    for (const hostile of ['\0', '\ud800', 'z'.repeat(256)]) {
      await expect(sessions.create(newSession('phone', { userId: hostile }))).rejects.toThrow(/^userId: /);
      await expect(sessions.endTenant({ tenantId: hostile, ...raising('c') })).rejects.toThrow(/^tenantId: /);
      const added = revocations.add([{ kind: 'token', jti: hostile, until: new Date() }]);
      await expect(added).rejects.toThrow(/^jti: /);
    }
  });
});

describe('keys', () => {
  it('of sessions and revocations end with what they hold, by the clock of the server; epochs stay', async () => {
    const keyPrefix = freshPrefix();
    const { sessions, revocations } = redisStores({ client, keyPrefix });
    await createSession(sessions, 'phone');
    await sessions.end(ending('phone'));
    await createSession(sessions, 'laptop', { absoluteLifetimeMs: 60_000 });
    await sessions.endAll({ ...ada, ...raising('c') });
    const until = new Date(systemClock.now() + 60_000);
    await revocations.add([{ kind: 'token', jti: 'j', until }]);

    const longest: Readonly<Record<string, number>> = {
      session: lifetimes.absoluteLifetimeMs,
      sessions: lifetimes.absoluteLifetimeMs,
      devices: lifetimes.absoluteLifetimeMs,
      revoked: windows.accessTokenMs,
      log: windows.accessTokenMs + 60_000,
      epoch: -1,
    };
    const keys = await listKeys(client, keyPrefix);
    expect(keys.length).toBe(10);
    for (const key of keys) {
      const kind = /tessera:\{[0-9a-z]{2}\}:(\w+)/.exec(key)?.[1] ?? 'revoked';
      const ttlMs = await client.pttl(key);
      if (kind === 'epoch') expect(ttlMs, key).toBe(-1);
      else expect(ttlMs, key).toBeGreaterThan(0);
      expect(ttlMs, key).toBeLessThanOrEqual(longest[kind] ?? 0);
    }
  });

  it('what others wrote under revoked:jwt: revokes as well', async () => {
    const keyPrefix = freshPrefix();
    const { revocations } = redisStores({ client, keyPrefix });
    const token = { ...ada, jti: 'j', sessionId: 's', userEpoch: 0, tenantEpoch: 0, rolesVersion: 0 };
    expect(await revocations.isRevoked(token)).toBe(false);
    const key = `${keyPrefix}revoked:jwt:j`;
    await client.set(key, '1', 'EX', 60);
    expect(await revocations.isRevoked(token)).toBe(true);

    // Like an entry of ours it gets longer, and never shorter.
    const add = (ms: number) =>
      revocations.add([{ kind: 'token', jti: 'j', until: new Date(systemClock.now() + ms) }]);
    await add(1000);
    expect(await client.pttl(key)).toBeGreaterThan(30_000);
    await add(600_000);
    expect(await client.pttl(key)).toBeGreaterThan(300_000);
    await client.set(key, '1');
    await add(1000);
    expect(await client.pttl(key)).toBe(-1);
    expect(await revocations.isRevoked(token)).toBe(true);
  });

  it('with characters of patterns in the prefix are found by the cleanup, and no others', async () => {
    const clock = { now: () => Date.UTC(2030, 0, 1) };
    const later = { now: () => Date.UTC(2040, 0, 1) };
    const prefix = freshPrefix();
    for (const keyPrefix of [`${prefix}[*]?`, `${prefix}xyz`]) {
      await createSession(redisStores({ client, keyPrefix, clock }).sessions, 'phone');
    }
    const { sessions } = redisStores({ client, keyPrefix: `${prefix}[*]?`, clock: later });
    expect(await sessions.deleteExpired(10)).toBe(1);
  });
});

describe('a server that may evict keys', () => {
  let server: RedisServer;
  let evicting: Redis;
  beforeAll(async () => {
    server = await startRedis({ own: true, settings: { 'maxmemory-policy': 'allkeys-lru' } });
    evicting = createClient(server.url);
  });
  afterAll(async () => {
    evicting.disconnect();
    await server.stop();
  });

  it('is refused by check and by the first call, until it is put right', async () => {
    const stores = redisStores({ client: evicting });
    const refusal = {
      code: 'store_unavailable',
      cause: { message: expect.stringContaining('maxmemory-policy allkeys-lru') },
    };
    await expect(stores.check()).rejects.toMatchObject(refusal);
    await expect(stores.sessions.readEpochs(ada)).rejects.toMatchObject(refusal);
    await expect(
      stores.revocations.add([{ kind: 'token', jti: 'j', until: new Date() }]),
    ).rejects.toMatchObject(refusal);
    expect(await evicting.dbsize()).toBe(0);
    await evicting.config('SET', 'maxmemory-policy', 'noeviction');
    await expect(stores.check()).resolves.toBeUndefined();
    await evicting.config('SET', 'maxmemory-policy', 'allkeys-lru');
  });

  it('is accepted with allowEviction', async () => {
    const stores = redisStores({ client: evicting, allowEviction: true });
    await expect(stores.check()).resolves.toBeUndefined();
    expect(await stores.sessions.readEpochs(ada)).toEqual({ userEpoch: 0, tenantEpoch: 0 });
  });
});

it('every store asks the same server, once, and there is no transaction', async () => {
  const { sessions, revocations, oneTimeTokens, rateLimits, ping, ...rest } = redisStores({ client });
  for (const store of [sessions, revocations, oneTimeTokens, rateLimits]) expect(store.ping).toBe(ping);
  await expect(ping()).resolves.toBeUndefined();
  expect(rest).not.toHaveProperty('transactions');
});
