import { createHttpAuth } from '@tessera-auth/core';
import { all, type Guard, type SocketEnd, type SocketVerdict } from '@tessera-auth/core/http';
import { storeUnavailable } from '@tessera-auth/core/stores';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { publicUrl, userOf } from '../auth-bench.js';
import { type Browser, createBrowser } from './browser.js';
import { createHttpBench, type HttpBench, type HttpBenchOptions } from './http-bench.js';

const admin = 'the-admin';
/** Sockets are looked at twice in a bound, which is a second. */
const sweepMs = 500;
const tokenMs = 15 * 60_000;

let bench: HttpBench;
let browser: Browser;

async function open(options: HttpBenchOptions = {}): Promise<void> {
  bench = createHttpBench({ auth: { rolesForNewUser: () => ['employee'] as never[] }, ...options });
  browser = createBrowser(bench);
  await browser.register();
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await open();
});

afterEach(async () => {
  await bench.auth.close();
  vi.useRealTimers();
});

/** Lets time pass, with all that is due. */
async function pass(ms: number): Promise<void> {
  bench.clock.advance(ms);
  await vi.advanceTimersByTimeAsync(Math.min(ms, 10_000));
  await new Promise((resolve) => setImmediate(resolve));
}

function upgradeOf(headers: Readonly<Record<string, string>>, url = '/live') {
  return { method: 'GET', url, headers, socket: { remoteAddress: '203.0.113.7' } };
}

async function fromPage(from = browser) {
  const { cookie } = await from.headers();
  return upgradeOf({ origin: publicUrl, cookie: cookie ?? '' });
}

function admitted(verdict: SocketVerdict) {
  if (!verdict.isAdmitted) throw new Error(`refused: ${verdict.response.body}`);
  return verdict;
}

/** A socket of the user, and why it was closed, once it was. */
async function connect(guard?: Guard, from = browser) {
  const socket = admitted(await bench.http.admitSocket(await fromPage(from), guard));
  const ends: SocketEnd[] = [];
  return { ...socket, ends, unwatch: socket.watch((reason) => ends.push(reason)) };
}

async function refusalOf(verdict: Promise<SocketVerdict>) {
  const asked = await verdict;
  if (asked.isAdmitted) throw new Error('admitted');
  return { status: asked.response.status, code: JSON.parse(asked.response.body ?? '').code };
}

const me = async () => userOf(await bench.signIn());

describe('the request to open a socket', () => {
  it('lets a signed-in user in, by cookie or by header, and says who it is', async () => {
    const { accessToken } = await bench.signIn();
    const byHeader = upgradeOf({ authorization: `Bearer ${accessToken}` });
    for (const request of [await fromPage(), byHeader]) {
      const identity = admitted(await bench.http.admitSocket(request)).identity();
      expect(identity).toMatchObject({ roles: ['employee'], amr: ['pwd'] });
      expect(identity?.can('reports:read')).toBe(true);
    }
  });

  it('refuses who is not signed in, and whom the guard refuses', async () => {
    expect(await refusalOf(bench.http.admitSocket(upgradeOf({ origin: publicUrl })))).toEqual({
      status: 401,
      code: 'credentials_missing',
    });
    const guard = bench.http.requirePermission('reports:approve');
    expect(await refusalOf(bench.http.admitSocket(await fromPage(), guard))).toEqual({
      status: 403,
      code: 'permission_denied',
    });
  });

  it('renews nothing, for nobody could be told the next refresh token', async () => {
    await pass(tokenMs + 6_000);
    bench.watched.forgetCalls();
    expect(await refusalOf(bench.http.admitSocket(await fromPage()))).toEqual({
      status: 401,
      code: 'access_token_expired',
    });
    expect(bench.watched.calls.filter((call) => call.startsWith('sessions'))).toEqual([]);
    // As the page does before it connects again.
    await browser.send({ method: 'POST', url: '/auth/refresh' });
    admitted(await bench.http.admitSocket(await fromPage()));
  });

  it('leaves the cookies of the app to its guards', async () => {
    const seen: unknown[] = [];
    const { headers } = await fromPage();
    const guard: Guard = (request) => {
      seen.push(request.headers.cookie);
      return { isAllowed: true, identity: null, cookies: [] };
    };
    await bench.http.admitSocket(upgradeOf({ ...headers, cookie: `theme=dark; ${headers.cookie}` }), guard);
    expect(seen).toEqual([`theme=dark; __Host-access=${browser.jar.get('__Host-access')}`]);
  });
});

describe('an open socket', () => {
  const endings: Record<string, () => Promise<unknown>> = {
    'the user signs out': () => browser.send({ method: 'POST', url: '/auth/logout' }),
    'the user signs out everywhere': async () => bench.auth.signOutEverywhere(await me()),
    'an administrator ends the sessions': async () =>
      bench.auth.endAllSessions({ user: await me(), actorId: admin }),
    'the account is disabled': async () => bench.auth.disableUser({ user: await me(), actorId: admin }),
    'the access token is revoked': () =>
      bench.auth.revokeToken('', browser.jar.get('__Host-access') as string),
  };

  it.each(Object.entries(endings))('is closed within the bound when %s', async (_what, act) => {
    const socket = await connect();
    await pass(sweepMs);
    expect(socket.ends).toEqual([]);
    await act();
    await pass(sweepMs);
    expect(socket.ends).toEqual(['revoked']);
    // What arrives while it closes is nobody's.
    expect(socket.identity()).toBeNull();
    await pass(sweepMs);
    expect(socket.ends).toEqual(['revoked']);
  });

  it('of another session stays open', async () => {
    const other = createBrowser(bench);
    await other.signIn();
    const [mine, theirs] = [await connect(), await connect(undefined, other)];
    await browser.send({ method: 'POST', url: '/auth/logout' });
    await pass(sweepMs);
    expect([mine.ends, theirs.ends]).toEqual([['revoked'], []]);
  });

  it('is closed when a role is taken away', async () => {
    const user = await me();
    await bench.auth.grantRole({ user, actorId: null, role: 'manager' });
    await browser.signIn();
    const socket = await connect(bench.http.requirePermission('reports:approve'));
    await bench.auth.revokeRole({ user, actorId: null, role: 'manager' });
    await pass(sweepMs);
    expect(socket.ends).toEqual(['revoked']);
  });

  it('is closed on the other nodes too, from their memory', async () => {
    vi.useRealTimers();
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    });
    const node = bench.startNode({ revocation: { check: 'replicated' } });
    const started = node.revocations.start();
    await pass(0);
    await started;
    const socket = admitted(await createHttpAuth(node).admitSocket(await fromPage()));
    const ends: SocketEnd[] = [];
    socket.watch((reason) => ends.push(reason));
    await browser.send({ method: 'POST', url: '/auth/logout' });
    // A read of the log takes a quarter of the bound, and a look at the sockets half of it.
    for (let quarter = 0; quarter < 3; quarter++) await pass(250);
    expect(ends).toEqual(['revoked']);
    expect(node.revocations.status().state).toBe('fresh');
    await node.close();
  });

  it('is not closed by what happens after it is unwatched', async () => {
    const socket = await connect();
    socket.unwatch();
    await browser.send({ method: 'POST', url: '/auth/logout' });
    await pass(sweepMs);
    expect(socket.ends).toEqual([]);
  });

  it('is told of a bug of the app in closing, and the others are closed all the same', async () => {
    const first = admitted(await bench.http.admitSocket(await fromPage()));
    first.watch(() => {
      throw new RangeError('bug');
    });
    const second = await connect();
    await browser.send({ method: 'POST', url: '/auth/logout' });
    await pass(sweepMs);
    expect(second.ends).toEqual(['revoked']);
  });
});

describe('a socket that outlives its access token', () => {
  it('stays open while session, account and guard say so, and keeps no session alive', async () => {
    const socket = await connect(bench.http.requirePermission('reports:read'));
    const before = socket.identity();
    await pass(tokenMs);
    expect(socket.ends).toEqual([]);
    expect(socket.identity()).toMatchObject({ userId: before?.userId, sessionId: before?.sessionId });
    expect(socket.identity()).not.toBe(before);
    const { sessions } = await bench.auth.listSessions(await me());
    const own = sessions.find(({ id }) => id === before?.sessionId);
    expect(own?.lastSeenAt.getTime()).toBeLessThanOrEqual(bench.clock.now() - tokenMs);
  });

  it('is closed when the session has been idle for too long', async () => {
    await open({ auth: { sessions: { browserIdleLifetime: '30m' } } });
    const socket = await connect();
    await pass(tokenMs);
    expect(socket.ends).toEqual([]);
    await pass(tokenMs + 1_000);
    expect(socket.ends).toEqual(['expired']);
  });

  it('is closed when the account was disabled by hand, which no node was told of', async () => {
    const socket = await connect();
    await bench.auth.stores.users.update({
      ...(await me()),
      set: { disabledAt: new Date(bench.clock.now()) },
    });
    await pass(tokenMs);
    expect(socket.ends).toEqual(['expired']);
  });

  it('is closed when the guard says no by now', async () => {
    const guard = all(bench.http.signedIn(), bench.http.requireStepUp({ within: '1m' }));
    const socket = await connect(guard);
    await pass(tokenMs);
    expect(socket.ends).toEqual(['expired']);
  });

  it('is closed when a role that was granted for a while is over', async () => {
    const expiresAt = new Date(bench.clock.now() + 5 * 60_000);
    await bench.auth.grantRole({ user: await me(), actorId: null, role: 'manager', expiresAt });
    await browser.signIn();
    const guarded = await connect(bench.http.requirePermission('reports:approve'));
    const open = await connect();
    await pass(5 * 60_000);
    expect([guarded.ends, open.ends]).toEqual([['expired'], []]);
    expect(open.identity()?.roles).toEqual(['employee']);
  });

  it('is still closed within the bound by a revocation after that', async () => {
    const socket = await connect();
    await pass(tokenMs);
    await browser.send({ method: 'POST', url: '/auth/logout' });
    await pass(sweepMs);
    expect(socket.ends).toEqual(['revoked']);
  });
});

describe('while stores are away', () => {
  it('a socket stays open for the bound, and no longer', async () => {
    const socket = await connect();
    bench.watched.fail('revocations.isRevoked');
    await pass(sweepMs);
    expect(socket.ends).toEqual([]);
    await pass(sweepMs);
    expect(socket.ends).toEqual(['unavailable']);
  });

  it('a socket stays open through a failure that is over soon', async () => {
    const socket = await connect();
    for (let round = 0; round < 5; round++) {
      bench.watched.fail('revocations.isRevoked');
      await pass(sweepMs);
      bench.watched.heal();
      await pass(sweepMs);
    }
    expect(socket.ends).toEqual([]);
  });

  it('a guard that cannot say is asked again before the socket is closed', async () => {
    let isAway = false;
    const guard: Guard = () =>
      isAway
        ? { isAllowed: false, response: { status: 503, headers: {}, cookies: [], body: null } }
        : { isAllowed: true, identity: null, cookies: [] };
    const socket = await connect(guard);
    isAway = true;
    await pass(tokenMs);
    expect(socket.ends).toEqual([]);
    isAway = false;
    await pass(sweepMs);
    expect(socket.ends).toEqual([]);
    expect(socket.identity()).not.toBeNull();
  });

  it('what was known counts from when the copy was read', async () => {
    let isAway = false;
    const fresh = { ...bench.auth.revocations.status(), state: 'fresh' as const, lagMs: 500 };
    const isRevoked = () => {
      if (isAway) throw storeUnavailable(new Error('away'));
      return false;
    };
    const revocations = { ...bench.auth.revocations, isRevoked, status: () => fresh };
    const http = createHttpAuth({ ...bench.auth, revocations });
    const ends: SocketEnd[] = [];
    admitted(await http.admitSocket(await fromPage())).watch((reason) => ends.push(reason));
    isAway = true;
    await pass(sweepMs);
    expect(ends).toEqual(['unavailable']);
  });

  it('a store that never answers keeps nobody connected', async () => {
    const socket = await connect();
    bench.watched.hold('revocations.isRevoked');
    for (let sweep = 0; sweep < 3; sweep++) await pass(sweepMs);
    expect(socket.ends).toEqual(['unavailable']);
  });

  it.each(['sessions.find', 'users.find', 'sessions.readEpochs'])(
    'a socket whose token is over is closed after the bound without %s',
    async (method) => {
      const socket = await connect();
      bench.watched.fail(method);
      await pass(tokenMs);
      await pass(sweepMs);
      await pass(sweepMs);
      expect(socket.ends).toEqual(['unavailable']);
    },
  );

  it('one whose next token waits for ever is closed too, and others are checked meanwhile', async () => {
    const stuck = await connect();
    await pass(tokenMs / 2);
    const other = createBrowser(bench);
    await other.signIn();
    const second = await connect(undefined, other);
    bench.watched.hold('sessions.find');
    bench.clock.advance(tokenMs / 2);
    await pass(0);
    await vi.advanceTimersByTimeAsync(sweepMs);
    await other.send({ method: 'POST', url: '/auth/logout' });
    for (let sweep = 0; sweep < 3; sweep++) await pass(sweepMs);
    expect(second.ends).toEqual(['revoked']);
    expect(stuck.ends).toEqual(['unavailable']);
  });
});

describe('the timer', () => {
  it('is one for all sockets, and ends with the last', async () => {
    expect(vi.getTimerCount()).toBe(0);
    const sockets = await Promise.all(Array.from({ length: 500 }, () => connect()));
    expect(vi.getTimerCount()).toBe(1);
    for (const { unwatch } of sockets.slice(1)) unwatch();
    expect(vi.getTimerCount()).toBe(1);
    await browser.send({ method: 'POST', url: '/auth/logout' });
    await pass(sweepMs);
    expect(sockets[0]?.ends).toEqual(['revoked']);
    expect(vi.getTimerCount()).toBe(0);
    await browser.signIn();
    await connect();
    expect(vi.getTimerCount()).toBe(1);
  });

  it('looks every ten seconds where each look is a question to a store elsewhere', async () => {
    const traits = { ...bench.auth.stores.revocations.traits, durability: 'durable' } as never;
    const revocations = { ...bench.auth.stores.revocations, traits };
    const http = createHttpAuth({ ...bench.auth, stores: { ...bench.auth.stores, revocations } });
    const ends: SocketEnd[] = [];
    admitted(await http.admitSocket(await fromPage())).watch((reason) => ends.push(reason));
    await browser.send({ method: 'POST', url: '/auth/logout' });
    bench.watched.forgetCalls();
    await pass(9_999);
    expect(bench.watched.calls).toEqual([]);
    await pass(1);
    expect(ends).toEqual(['revoked']);
  });
});

it('says who opened what in vain', async () => {
  const { headers } = await fromPage();
  await bench.http.admitSocket(upgradeOf({ ...headers, origin: 'https://evil.example' }));
  expect(await bench.listEvents()).toContainEqual(
    expect.objectContaining({ type: 'malicious_request', refusal: 'csrf_refused', ip: '203.0.113.7' }),
  );
});
