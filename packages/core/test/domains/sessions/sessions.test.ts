import type { SessionPolicyOptions } from '@tessera-auth/core/primitives';
import { describe, expect, it } from 'vitest';
import { ada, bob, createSessionBench, dayMs, newSession } from './session-bench.js';

const firefox = newSession.userAgent;
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

describe('a policy', () => {
  it('has the documented defaults', () => {
    expect(createSessionBench().sessions.policy).toEqual({
      absoluteLifetimeMs: 90 * dayMs,
      idleLifetimeMs: 30 * dayMs,
      browserIdleLifetimeMs: 7 * dayMs,
      rotationFloorMs: 12_000,
      rotationGraceMs: 10_000,
      recoveryMs: dayMs,
      maxSessions: 100,
      endsAllOnReuse: false,
    });
  });

  it.each<[string, object]>([
    ['absoluteLifetime', { absoluteLifetime: '401d' }],
    ['absoluteLifetime', { absoluteLifetime: '0s' }],
    ['absoluteLifetime', { absoluteLifetime: '90 days' }],
    ['absoluteLifetime', { absoluteLifetime: 90 }],
    ['idleLifetime', { idleLifetime: '-1d' }],
    ['browserIdleLifetime', { browserIdleLifetime: '1.5d' }],
    ['rotationFloor', { rotationFloor: '11m' }],
    ['rotationFloor', { rotationFloor: '9s' }],
    ['rotationFloor', { rotationGrace: '13s' }],
    ['rotationGrace', { rotationGrace: '61s', rotationFloor: '61s' }],
    ['maxSessions', { maxSessions: 0 }],
    ['maxSessions', { maxSessions: 1.5 }],
    ['maxSessions', { maxSessions: 10_001 }],
    ['maxSessions', { maxSessions: Number.NaN }],
    ['onReuse', { onReuse: 'users' }],
  ])('is refused by name: %s in %j', (option, policy) => {
    const start = () => createSessionBench({ policy: policy as SessionPolicyOptions });
    expect(start).toThrow(TypeError);
    expect(start).toThrow(new RegExp(`^${option}: `));
  });
});

describe('starting a session', () => {
  it('gives a browser the shorter idle lifetime, and neither more than the absolute one', async () => {
    const { sessions, clock } = createSessionBench({ policy: { absoluteLifetime: '20d' } });
    const start = async (isBrowser: boolean) => {
      const started = await sessions.start(await sessions.beginSignIn(ada), { ...newSession, isBrowser });
      return (started?.session.idleExpiresAt.getTime() ?? 0) - clock.now();
    };
    expect(await start(true)).toBe(7 * dayMs);
    expect(await start(false)).toBe(20 * dayMs);
  });

  it('names the device for people, and says when it is a new one', async () => {
    const bench = createSessionBench();
    const start = async (userAgent: string | null, user = ada) => {
      const started = await bench.sessions.start(await bench.sessions.beginSignIn(user), {
        ...newSession,
        userAgent,
      });
      return { ...started?.session, isNewDevice: started?.isNewDevice };
    };
    expect(await start(firefox)).toMatchObject({
      browser: 'Firefox 128',
      os: 'Linux',
      device: null,
      isNewDevice: true,
    });
    expect(await start(firefox)).toMatchObject({ isNewDevice: false });
    expect(await start(safari)).toMatchObject({ device: 'Apple iPhone', isNewDevice: true });
    expect(await start(safari, bob)).toMatchObject({ isNewDevice: true });
    expect(await start(null)).toMatchObject({ device: null, browser: null, os: null, isNewDevice: true });
    expect(await start('\u0000<script>')).toMatchObject({ isNewDevice: false });
  });

  it('gives nothing after the user was signed out everywhere', async () => {
    for (const isTenant of [false, true]) {
      const { sessions } = createSessionBench();
      const signIn = await sessions.beginSignIn(ada);
      await (isTenant ? sessions.endTenant('acme') : sessions.endAll(ada));
      expect(await sessions.start(signIn, newSession)).toBeNull();
      expect(await sessions.start(await sessions.beginSignIn(ada), newSession)).not.toBeNull();
    }
  });

  it('keeps to the cap among forty parallel sign-ins', async () => {
    const bench = createSessionBench({ policy: { maxSessions: 3 } });
    await Promise.all(Array.from({ length: 40 }, () => bench.signIn()));
    expect((await bench.sessions.list(ada)).sessions).toHaveLength(3);
    await bench.signIn(bob);
    expect((await bench.sessions.list(ada)).sessions).toHaveLength(3);
  });
});

describe('renewing a session', () => {
  it('moves authTime only with a fresh proof', async () => {
    const bench = createSessionBench();
    const { session } = await bench.signIn();
    bench.clock.advance(60_000);
    const plain = await bench.sessions.renew(ada, session.id);
    expect(plain?.session).toMatchObject({ generation: 1, authTime: session.authTime, amr: ['pwd'] });
    const proven = await bench.sessions.renew(ada, session.id, { amr: ['pwd', 'otp'] });
    expect(proven?.session).toMatchObject({
      generation: 2,
      authTime: new Date(bench.clock.now()),
      amr: ['pwd', 'otp'],
    });
  });

  it("gives null for what is not the user's live session", async () => {
    const bench = createSessionBench();
    const { session } = await bench.signIn();
    expect(await bench.sessions.renew(bob, session.id)).toBeNull();
    expect(await bench.sessions.renew({ ...ada, tenantId: 'globex' }, session.id)).toBeNull();
    await bench.sessions.end(ada, session.id, 'signed_out');
    expect(await bench.sessions.renew(ada, session.id)).toBeNull();
    expect(await bench.sessions.endOthers(ada, session.id)).toBe(false);
  });
});

describe('looking for a live session', () => {
  it('finds it, and leaves it as it is', async () => {
    const bench = createSessionBench();
    const { session } = await bench.signIn();
    bench.clock.advance(60_000);
    expect(await bench.sessions.findLive(ada, session.id)).toEqual(session);
  });

  it.each<[string, (bench: ReturnType<typeof createSessionBench>, id: string) => unknown]>([
    ['ended', ({ sessions }, id) => sessions.end(ada, id, 'signed_out')],
    ['ended with all of the user', ({ sessions }) => sessions.endAll(ada)],
    ['ended with all of the tenant', ({ sessions }) => sessions.endTenant(ada.tenantId)],
    ['idle for too long', ({ sessions, clock }) => clock.advance(sessions.policy.idleLifetimeMs)],
  ])('finds none that is %s', async (_what, act) => {
    const bench = createSessionBench();
    const { session } = await bench.signIn();
    await act(bench, session.id);
    expect(await bench.sessions.findLive(ada, session.id)).toBeNull();
  });

  it('finds none of somebody else', async () => {
    const bench = createSessionBench();
    const { session } = await bench.signIn();
    expect(await bench.sessions.findLive(bob, session.id)).toBeNull();
    expect(await bench.sessions.findLive({ ...ada, tenantId: 'globex' }, session.id)).toBeNull();
  });
});

describe('a store', () => {
  it('sees two ids of a user and nothing else that the caller holds', async () => {
    const commands: object[] = [];
    const bench = createSessionBench({
      wrap: (stores) => ({
        ...stores,
        sessions: new Proxy(stores.sessions, {
          get(target, key) {
            const value: unknown = Reflect.get(target, key);
            if (typeof value !== 'function') return value;
            return (...given: object[]) => {
              commands.push(...given);
              return value.apply(target, given);
            };
          },
        }),
      }),
    });
    const user = { ...ada, passwordHash: 'canary-5b1f' };
    const { session } = await bench.signIn(user);
    await bench.sessions.list(user);
    await bench.sessions.renew(user, session.id, { endsOthers: true });
    await bench.sessions.endOthers(user, session.id);
    await bench.sessions.end(user, session.id, 'signed_out');
    await bench.sessions.endAll(user);
    expect(commands.length).toBeGreaterThan(6);
    expect(JSON.stringify(commands)).not.toContain('canary');
  });
});
