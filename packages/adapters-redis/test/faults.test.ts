import type { Stores } from '@tessera-auth/core/stores';
import { createTestClock, sessionFixtures, type TestClock } from '@tessera-auth/core/testing';
import { type RedisServer, startRedis, startTcpProxy, type TcpProxy } from '@tessera-auth/test-services';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newToken, requireLog } from './support/commands.js';
import { createClient, freshPrefix, freshStores } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 120_000 });

const { ada, createSession, ending, hardRotation, newSession, presentation, raising, sessionIdOf } =
  sessionFixtures;
const phone = sessionIdOf('phone');
const unavailable = { code: 'store_unavailable', retryAfterSeconds: 1 };

let server: RedisServer;
let proxy: TcpProxy;
let direct: Redis;
beforeAll(async () => {
  // One of its own, to break.
  server = await startRedis({ own: true, settings: { 'busy-reply-threshold': '50' } });
  proxy = await startTcpProxy(server.port);
  direct = createClient(server.url);
});
afterAll(async () => {
  direct.disconnect();
  await proxy.close();
  await server.stop();
});

let client: Redis;
let stores: Stores;
/** The same, for calls that shall be given up: what shall go well may take its time. */
let hasty: Stores;
let clock: TestClock;
beforeEach(async () => {
  clock = createTestClock();
  client = createClient(proxy.urlFor(server.url));
  const keyPrefix = freshPrefix();
  stores = freshStores({ client, clock, keyPrefix, timeout: '30s' });
  // Without the question about eviction, which would be all that is sent in its time.
  hasty = freshStores({ client, clock, keyPrefix, timeout: '400ms', allowEviction: true });
  await createSession(stores.sessions, 'phone');
  clock.advance(sessionFixtures.windows.floorMs);
});
afterEach(() => {
  proxy.resume();
  client.disconnect();
});

/** Every method that goes to Redis. */
const calls: Readonly<Record<string, (stores: Stores) => Promise<unknown>>> = {
  readEpochs: ({ sessions }) => sessions.readEpochs(ada),
  create: ({ sessions }) => sessions.create(newSession('laptop')),
  find: ({ sessions }) => sessions.find(ada.tenantId, phone),
  list: ({ sessions }) => sessions.list(ada, { limit: 10, after: null }),
  rotate: ({ sessions }) => sessions.rotate(presentation('phone', 0)),
  rotateHard: ({ sessions }) => sessions.rotateHard(hardRotation('phone')),
  end: ({ sessions }) => sessions.end(ending('phone')),
  endOthers: ({ sessions }) => sessions.endOthers({ ...ada, keepSessionId: phone, ...raising('c') }),
  endAll: ({ sessions }) => sessions.endAll({ ...ada, ...raising('c') }),
  endTenant: ({ sessions }) => sessions.endTenant({ tenantId: 'acme', ...raising('c') }),
  deleteExpired: ({ sessions }) => sessions.deleteExpired(10),
  add: ({ revocations }) => revocations.add([{ kind: 'token', jti: 'j', until: new Date(clock.now() + 1) }]),
  isRevoked: async ({ revocations }) =>
    revocations.isRevoked({
      ...ada,
      jti: 'j',
      sessionId: phone,
      userEpoch: 0,
      tenantEpoch: 0,
      rolesVersion: 0,
    }),
  readLog: ({ revocations }) => requireLog(revocations).read(null),
  createToken: ({ oneTimeTokens }) => oneTimeTokens.create(newToken()),
  findToken: ({ oneTimeTokens }) => oneTimeTokens.find(newToken()),
  consumeToken: ({ oneTimeTokens }) => oneTimeTokens.consume({ ...newToken(), commandId: 'c' }),
  voidAllTokens: ({ oneTimeTokens }) => oneTimeTokens.voidAll(ada),
  take: ({ rateLimits }) => rateLimits.take({ key: 'k', intervalUs: 1000, burst: 1, cost: 1 }),
  reset: ({ rateLimits }) => rateLimits.reset('k'),
  ping: ({ sessions }) => Promise.resolve(sessions.ping?.()),
};
const names = Object.keys(calls);

/** Tries until Redis is found again, as an app's next requests do. */
async function expectRecovery(name: string): Promise<void> {
  await vi.waitFor(() => calls[name]?.(stores), { timeout: 60_000, interval: 20 });
}

describe('while Redis is away', () => {
  it.each(names)('%s is store_unavailable, and works again afterwards', async (name) => {
    proxy.cut();
    const error = await calls[name]?.(hasty).catch((reason: unknown) => reason);
    expect(error).toMatchObject(unavailable);
    // The words for a client are constant: neither address nor keys can be in them.
    expect((error as Error).message).toBe('A store could not be reached; try again shortly.');
    proxy.resume();
    await expectRecovery(name);
  });

  it.each(names)('%s is store_unavailable in time when Redis does not answer', async (name) => {
    proxy.stall();
    await expect(calls[name]?.(hasty)).rejects.toMatchObject(unavailable);
    proxy.resume();
    await expectRecovery(name);
  });

  it('a rotation whose reply is lost is done once, and its retry gets the same answer', async () => {
    await stores.sessions.ping?.();
    proxy.stall();
    await expect(hasty.sessions.rotate(presentation('phone', 0))).rejects.toMatchObject(unavailable);
    proxy.resume();
    const retried = await stores.sessions.rotate(presentation('phone', 0));
    expect(retried).toMatchObject({ kind: 'rotated', session: { generation: 1 } });
  });
});

describe('the same client goes on', () => {
  it('after the server was frozen', async () => {
    await server.freeze();
    await expect(hasty.sessions.find(ada.tenantId, phone)).rejects.toMatchObject(unavailable);
    await server.thaw();
    await expectRecovery('find');
  });

  it('after the server was killed and restarted, with nothing lost', async () => {
    const rotated = await stores.sessions.rotate(presentation('phone', 0));
    await stores.sessions.endTenant({ tenantId: 'elsewhere', ...raising('c') });
    await server.kill();
    await expect(hasty.sessions.find(ada.tenantId, phone)).rejects.toMatchObject(unavailable);
    await server.restart();
    await expectRecovery('ping');
    expect(await stores.sessions.rotate(presentation('phone', 0))).toEqual(rotated);
    expect((await stores.sessions.readEpochs({ tenantId: 'elsewhere', userId: 'x' })).tenantEpoch).toBe(1);
  });

  it('after the server lost everything and the revocations were given back: no ended session lives again', async () => {
    const phoneBefore = await stores.sessions.find(ada.tenantId, phone);
    const epoch = await stores.sessions.endAll({ ...ada, ...raising('c') });
    await direct.flushall();
    const until = new Date(clock.now() + 60_000);
    await stores.revocations.add([
      { kind: 'user', ...ada, epoch, exceptSessionId: null, until },
      { kind: 'tenant', tenantId: ada.tenantId, epoch: 3, until },
    ]);
    const epochs = await stores.sessions.readEpochs(ada);
    expect(epochs).toEqual({ userEpoch: epoch, tenantEpoch: 3 });
    // A token of before is refused, and one of a session that begins now is good.
    const subject = { ...ada, jti: 'j', sessionId: phone, rolesVersion: 0 };
    const { userEpoch = 0, tenantEpoch = 0 } = phoneBefore ?? {};
    expect(await stores.revocations.isRevoked({ ...subject, userEpoch, tenantEpoch })).toBe(true);
    expect(await stores.revocations.isRevoked({ ...subject, ...epochs })).toBe(false);
    await stores.revocations.add([{ kind: 'user', ...ada, epoch: 0, exceptSessionId: null, until }]);
    expect(await stores.sessions.readEpochs(ada)).toEqual(epochs);
  });

  it('after the server forgot the scripts', async () => {
    await direct.script('FLUSH');
    expect(await stores.sessions.rotate(presentation('phone', 0))).toMatchObject({ kind: 'rotated' });
    await direct.script('FLUSH');
    expect(await stores.sessions.end(ending('phone'))).toMatchObject({
      session: { endReason: 'signed_out' },
    });
  });
});

describe('a server that refuses', () => {
  it('because it is a replica: store_unavailable, and nothing changes', async () => {
    await direct.replicaof('127.0.0.1', '1');
    try {
      await expect(stores.sessions.end(ending('phone'))).rejects.toMatchObject(unavailable);
    } finally {
      await direct.replicaof('NO', 'ONE');
    }
    expect((await stores.sessions.find(ada.tenantId, phone))?.endedAt).toBeNull();
  });

  it('because another script holds it up: store_unavailable', async () => {
    const killer = createClient(server.url);
    await killer.ping();
    const holdUp = direct.eval('while true do end', 0).catch((error: Error) => error);
    await vi.waitFor(() => expect(killer.ping()).rejects.toThrow(/^BUSY/), 10_000);
    await expect(stores.sessions.find(ada.tenantId, phone)).rejects.toMatchObject({
      ...unavailable,
      cause: { message: expect.stringMatching(/^BUSY/) },
    });
    await killer.script('KILL');
    await holdUp;
    killer.disconnect();
    await expectRecovery('find');
  });

  it('because its memory is full: store_unavailable, and no half of a step', async () => {
    await direct.config('SET', 'maxmemory', '1');
    try {
      await expect(stores.sessions.endAll({ ...ada, ...raising('c') })).rejects.toMatchObject(unavailable);
    } finally {
      await direct.config('SET', 'maxmemory', '0');
    }
    expect(await stores.sessions.readEpochs(ada)).toEqual({ userEpoch: 0, tenantEpoch: 0 });
    expect(await stores.sessions.endAll({ ...ada, ...raising('c') })).toBe(1);
  });
});
