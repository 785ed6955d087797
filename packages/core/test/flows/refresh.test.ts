import {
  type AuditStore,
  createMemoryAuditStore,
  generateSigningKey,
  importSigningKey,
  memoryStores,
  type SignedIn,
  type SigningKey,
  type UserStore,
} from '@tessera-auth/core';
import { storeUnavailable } from '@tessera-auth/core/stores';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, isAccepted, newRootSecret, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

let bench: AuthBench;
let mine: SignedIn;
beforeEach(async () => {
  bench = createAuthBench();
  mine = await bench.register();
});

const refresh = (refreshToken: string, attemptId?: string) =>
  bench.auth.refresh({ tenantId: '', refreshToken, ...(attemptId === undefined ? {} : { attemptId }) });

describe('refreshing', () => {
  it('gives a new pair, and tells that the session was renewed', async () => {
    bench.clock.advance(60_000);
    const next = await refresh(mine.refreshToken);
    expect(next.refreshToken).not.toBe(mine.refreshToken);
    expect(await isAccepted(bench.auth, next.accessToken)).toBe(true);
    const renewed = (await bench.listEvents()).filter(({ type }) => type === 'session_renewed');
    expect(renewed).toMatchObject([{ sessionId: mine.session.id }]);
  });

  it('says what is true of the user now', async () => {
    bench.clock.advance(60_000);
    await bench.auth.renameUser(userOf(mine), 'Ada');
    expect((await refresh(mine.refreshToken)).user.name).toBe('Ada');
  });

  it('ends the session when a spent token comes back, and raises the alarm once', async () => {
    bench.clock.advance(60_000);
    const next = await refresh(mine.refreshToken);
    bench.clock.advance(60_000);
    expect(await refusalCode(refresh(mine.refreshToken))).toBe('refresh_token_reused');
    expect(await refusalCode(refresh(mine.refreshToken))).toBe('refresh_token_invalid');
    expect(await refusalCode(refresh(next.refreshToken))).toBe('refresh_token_invalid');
    expect(await isAccepted(bench.auth, next.accessToken)).toBe(false);
    const alarms = (await bench.listEvents()).filter(({ type }) => type === 'authn_token_reuse');
    expect(alarms).toMatchObject([{ userId: mine.user.userId, sessionId: mine.session.id }]);
  });

  it('ends the session of an account that is disabled by now, and records it once', async () => {
    await bench.watched.stores.users.update({ ...userOf(mine), set: { disabledAt: new Date(0) } });
    for (let time = 0; time < 3; time += 1)
      expect(await refusalCode(refresh(mine.refreshToken))).toBe('refresh_token_invalid');
    const ended = (await bench.listEvents()).filter(({ type }) => type === 'session_ended');
    expect(ended).toMatchObject([{ sessionId: mine.session.id, reason: 'user_disabled' }]);
  });

  it('gives a lost answer again, to whoever kept the attempt id', async () => {
    bench.clock.advance(60_000);
    const lost = await refresh(mine.refreshToken, 'attempt-0123456789');
    bench.clock.advance(3_600_000);
    const again = await refresh(mine.refreshToken, 'attempt-0123456789');
    expect(again.refreshToken).toBe(lost.refreshToken);
  });

  it('never gives an access token that outlives the session', async () => {
    const short = createAuthBench({ auth: { sessions: { absoluteLifetime: '20m' } } });
    const { refreshToken } = await short.register();
    short.clock.advance(600_000);
    const next = await short.auth.refresh({ tenantId: '', refreshToken });
    expect(next.expiresInSeconds).toBeLessThanOrEqual(600);
    short.clock.advance(600_000);
    const code = await refusalCode(short.auth.refresh({ tenantId: '', refreshToken: next.refreshToken }));
    expect(code).toBe('refresh_token_invalid');
  });
});

describe('a session', () => {
  const minuteMs = 60_000;
  const open = () =>
    createAuthBench({
      auth: { sessions: { idleLifetime: '1h', browserIdleLifetime: '1h', absoluteLifetime: '4h' } },
    });
  const refreshAt = async ({ auth, clock }: AuthBench, { refreshToken }: SignedIn, afterMs: number) => {
    clock.advance(afterMs);
    return auth.refresh({ tenantId: '', refreshToken });
  };

  it('ends where nobody used it for as long as the policy says (ASVS 7.3.1)', async () => {
    const idle = open();
    const [used, unused] = [await idle.register(), await idle.signIn()];
    const next = await refreshAt(idle, used, 60 * minuteMs - 1);
    expect(await refusalCode(refreshAt(idle, unused, 1))).toBe('refresh_token_invalid');
    const { sessions } = await idle.auth.listSessions(userOf(used));
    expect(sessions.map(({ id }) => id)).toEqual([used.session.id]);
    expect(await refusalCode(refreshAt(idle, next, 60 * minuteMs - 1))).toBe('refresh_token_invalid');
  });

  it('ends at the age that the policy says, however much it is used (ASVS 7.3.2)', async () => {
    const busy = open();
    let held = await busy.register();
    for (let minutes = 30; minutes < 240; minutes += 30) held = await refreshAt(busy, held, 30 * minuteMs);
    held = await refreshAt(busy, held, 30 * minuteMs - 1000);
    expect(held.expiresInSeconds).toBe(1);
    expect(await refusalCode(refreshAt(busy, held, 1000))).toBe('refresh_token_invalid');
    expect((await busy.auth.listSessions(userOf(held))).sessions).toEqual([]);
  });
});

describe('a refresh that a store cuts short', () => {
  it.each(['sessions.find', 'users.find', 'sessions.rotate'])(
    'can be repeated with the same token however much later: %s',
    async (method) => {
      bench.clock.advance(60_000);
      bench.watched.fail(method);
      expect(await refusalCode(refresh(mine.refreshToken))).toBe('store_unavailable');
      bench.clock.advance(3_600_000);
      bench.watched.heal();
      expect((await refresh(mine.refreshToken)).session.generation).toBe(1);
    },
  );
});

describe('an alarm that cannot be recorded', () => {
  it('is raised by the next token of the session that comes, and once', async () => {
    const audit = createMemoryAuditStore();
    const log = { isAway: false };
    const append: AuditStore['append'] = async (command) =>
      log.isAway ? Promise.reject(storeUnavailable(new Error('away'))) : audit.append(command);
    bench = createAuthBench({
      openStores: (clock) => ({ ...memoryStores({ clock }), audit: { ...audit, append } }),
    });
    mine = await bench.register();
    bench.clock.advance(60_000);
    const next = await refresh(mine.refreshToken);
    bench.clock.advance(60_000);
    log.isAway = true;
    for (const { refreshToken } of [mine, next])
      expect(await refusalCode(refresh(refreshToken))).toBe('store_unavailable');
    log.isAway = false;
    expect(await refusalCode(refresh(next.refreshToken))).toBe('refresh_token_reused');
    for (const { refreshToken } of [mine, next])
      expect(await refusalCode(refresh(refreshToken))).toBe('refresh_token_invalid');
    const alarms = await bench.auth.audit?.list({ tenantId: '', type: 'authn_token_reuse', limit: 10 });
    expect(alarms).toMatchObject([{ userId: mine.user.userId }]);
  });
});

describe('a refresh that finds no way to make an access token', () => {
  const keys = async (): Promise<readonly SigningKey[]> => {
    const source = await generateSigningKey('ES256');
    return [
      await importSigningKey(source, { alg: 'ES256', state: 'active' }),
      await importSigningKey(source, { alg: 'ES256', state: 'next' }),
    ];
  };

  it('does not spend the refresh token while no key signs', async () => {
    const [active, next] = await keys();
    let current = [active as SigningKey];
    const node = bench.startNode({ signingKeys: () => current });
    bench.clock.advance(60_000);
    current = [next as SigningKey];
    const failing = node.refresh({ tenantId: '', refreshToken: mine.refreshToken });
    await expect(failing).rejects.toThrow(/signingKeys: none is active/);
    current = [active as SigningKey];
    bench.clock.advance(3_600_000);
    const renewed = await node.refresh({ tenantId: '', refreshToken: mine.refreshToken });
    expect(renewed.session.generation).toBe(1);
  });

  it('does not spend it while the roles fit into no token', async () => {
    const crowded = createAuthBench({
      openStores: (clock) => {
        const stores = memoryStores({ clock });
        const find: UserStore['find'] = async (user) => {
          const found = await stores.users.find(user);
          return found === null ? null : { ...found, roles };
        };
        return { ...stores, users: { ...stores.users, find } };
      },
    });
    let roles: readonly string[] = [];
    const { refreshToken } = await crowded.register();
    crowded.clock.advance(60_000);
    roles = Array.from({ length: 500 }, (_, index) => `a-rather-long-role-${index}`);
    const failing = crowded.auth.refresh({ tenantId: '', refreshToken });
    await expect(failing).rejects.toThrow(/too long for a token/);
    roles = [];
    crowded.clock.advance(3_600_000);
    const renewed = await crowded.auth.refresh({ tenantId: '', refreshToken });
    expect(renewed.session.generation).toBe(1);
  });
});

describe('a forged token', () => {
  it.each([
    ['no token', 'no token'],
    ['an empty text', ''],
    ['the right form', `rt1_${'A'.repeat(100)}`],
  ])('causes no store call: %s', async (_case, token) => {
    bench.watched.forgetCalls();
    expect(await refusalCode(refresh(token))).toBe('refresh_token_invalid');
    expect(bench.watched.calls).toEqual([]);
  });

  it('of another deployment or tenant causes none either', async () => {
    const foreign = await createAuthBench({ auth: { secret: newRootSecret } }).register();
    bench.watched.forgetCalls();
    expect(await refusalCode(refresh(foreign.refreshToken))).toBe('refresh_token_invalid');
    const elsewhere = bench.auth.refresh({ tenantId: 'globex', refreshToken: mine.refreshToken });
    expect(await refusalCode(elsewhere)).toBe('refresh_token_invalid');
    const staging = bench.startNode({ environment: 'staging' });
    const there = staging.refresh({ tenantId: '', refreshToken: mine.refreshToken });
    expect(await refusalCode(there)).toBe('refresh_token_invalid');
    expect(bench.watched.calls).toEqual([]);
  });
});
