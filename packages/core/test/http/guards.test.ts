import { createHttpAuth } from '@tessera-auth/core';
import { all, type Guard, type Identity, type Verdict } from '@tessera-auth/core/http';
import { beforeEach, describe, expect, it } from 'vitest';
import { policy } from '../auth-bench.js';
import { type Browser, createBrowser } from './browser.js';
import { createHttpBench, type HttpBench, requestOf } from './http-bench.js';

const page = (headers: Readonly<Record<string, string>> = {}) =>
  requestOf({ method: 'GET', url: '/reports?x=1', headers });

let bench: HttpBench;
let browser: Browser;
let bearer: Readonly<Record<string, string>>;
beforeEach(async () => {
  bench = createHttpBench({ auth: { rolesForNewUser: () => ['manager'] as never[] } });
  browser = createBrowser(bench);
  await browser.register();
  bearer = { authorization: `Bearer ${(await bench.signIn()).accessToken}` };
});

function statusOf(verdict: Verdict): number {
  return verdict.isAllowed ? 200 : verdict.response.status;
}

describe('a guard', () => {
  it('answers without a promise when all it needs is in memory', () => {
    for (const headers of [bearer, {}, { authorization: 'Bearer x' }]) {
      // Watched stores answer as memory does.
      const verdict = bench.http.signedIn()(page(headers));
      expect(verdict).not.toBeInstanceOf(Promise);
      expect(statusOf(verdict as Verdict)).toBe(headers === bearer ? 200 : 401);
    }
  });

  it('says who it is', async () => {
    const verdict = await bench.http.signedIn()(page(bearer));
    if (!verdict.isAllowed) throw new Error('refused');
    expect(verdict.cookies).toEqual([]);
    expect(verdict.identity).toMatchObject({ tenantId: '', roles: ['manager'], amr: ['pwd'] });
    expect(verdict.identity?.can('reports:read')).toBe(true);
    expect(verdict.identity?.can('accounts:create')).toBe(false);
    expect(() => verdict.identity?.can('__proto__' as 'x:y')).toThrow('There is no permission __proto__');
  });

  it('waits where the store does, and comes to the same verdict', async () => {
    bench.watched.delay(() => Promise.resolve());
    const verdict = bench.http.signedIn()(page(bearer));
    expect(verdict).toBeInstanceOf(Promise);
    expect((await verdict).isAllowed).toBe(true);
  });

  it('answers 503 while the revocations are away, and keeps the cookies', async () => {
    bench.watched.fail('revocations.isRevoked');
    for (const headers of [bearer, await browser.headers()]) {
      const verdict = await bench.http.signedIn()(page(headers));
      if (verdict.isAllowed) throw new Error('allowed');
      expect(verdict.response).toMatchObject({ status: 503, cookies: [] });
      expect(verdict.response.headers['retry-after']).toBe('1');
    }
  });

  it('leaves a bug to the host instead of taking it for a refusal', async () => {
    const broken = createHttpAuth({
      ...bench.auth,
      revocations: {
        ...bench.auth.revocations,
        isRevoked: () => {
          throw new RangeError('bug');
        },
      },
    });
    expect(() => broken.signedIn()(page(bearer))).toThrow(RangeError);
    const later = createHttpAuth({
      ...bench.auth,
      revocations: { ...bench.auth.revocations, isRevoked: () => Promise.reject(new RangeError('bug')) },
    });
    await expect(later.signedIn()(page(bearer))).rejects.toThrow(RangeError);
  });
});

describe('renewing on the way', () => {
  it('gives new cookies with the verdict, once the access token has expired', async () => {
    bench.clock.advance(906_000);
    const verdict = await bench.http.signedIn()(page(await browser.headers()));
    if (!verdict.isAllowed) throw new Error('refused');
    expect(verdict.cookies).toHaveLength(2);
    expect(verdict.cookies.join()).not.toContain(browser.jar.get('__Host-access'));
  });

  it('gives 32 parallel requests the same session and the same refresh token', async () => {
    bench.clock.advance(906_000);
    const headers = await browser.headers();
    const guard = bench.http.signedIn();
    const verdicts = await Promise.all(Array.from({ length: 32 }, async () => guard(page(headers))));
    const refreshCookies = verdicts.map((verdict) => (verdict.isAllowed ? verdict.cookies[1] : 'refused'));
    expect(new Set(refreshCookies).size).toBe(1);
    expect(refreshCookies[0]).toMatch(/^__Host-refresh=rt1_/);
    const { sessions } = await bench.auth.listSessions(await ownerOf(verdicts[0] as Verdict));
    expect(sessions).toHaveLength(2);
  });

  it('does not set a refresh token again that the request brought: a slow answer would undo a rotation', async () => {
    const { accessToken } = await bench.signIn();
    await bench.auth.revokeToken('', browser.jar.get('__Host-access') ?? accessToken);
    const verdict = await bench.http.signedIn()(page(await browser.headers()));
    if (!verdict.isAllowed) throw new Error('refused');
    expect(verdict.cookies).toEqual([expect.stringMatching(/^__Host-access=eyJ/)]);
    const refreshed = await browser.send({ method: 'POST', url: '/auth/refresh' });
    expect(refreshed.cookies).toEqual([expect.stringMatching(/^__Host-access=eyJ/)]);
  });

  it('gives them also with a 403, so that the session is not lost', async () => {
    bench.clock.advance(906_000);
    const verdict = await bench.http.requireRole('boss' as never)(page(await browser.headers()));
    if (verdict.isAllowed) throw new Error('allowed');
    expect(verdict.response.status).toBe(403);
    expect(verdict.response.cookies).toHaveLength(2);
    expect(verdict.response.cookies.join()).not.toContain('Max-Age=0');
  });

  it('clears them when the session is certainly over', async () => {
    await bench.auth.signOutEverywhere(await ownerOf(await bench.http.signedIn()(page(bearer))));
    const verdict = await bench.http.signedIn()(page(await browser.headers()));
    if (verdict.isAllowed) throw new Error('allowed');
    expect(verdict.response.status).toBe(401);
    expect(verdict.response.cookies).toEqual([
      expect.stringMatching(/^__Host-access=; .*Max-Age=0$/),
      expect.stringMatching(/^__Host-refresh=; .*Max-Age=0$/),
    ]);
  });

  it('does not clear them for the loser of a race', async () => {
    const before = await browser.headers();
    bench.clock.advance(906_000);
    const { session } = await browser.send({ method: 'GET', url: '/auth/sessions' }).then(({ json }) => ({
      session: json.sessions.find(({ current }: { current: boolean }) => current),
    }));
    const owner = await ownerOf(await bench.http.signedIn()(page(await browser.headers())));
    await bench.auth.sessions.renew(owner, session.id);
    const verdict = await bench.http.signedIn()(page(before));
    if (verdict.isAllowed) throw new Error('allowed');
    expect(JSON.parse(verdict.response.body ?? '')).toMatchObject({ code: 'refresh_token_superseded' });
    expect(verdict.response.cookies).toEqual([]);
  });

  it('does not hand out tokens that "sign out everywhere" has overtaken', async () => {
    const owner = await ownerOf(await bench.http.signedIn()(page(bearer)));
    bench.clock.advance(906_000);
    const held = bench.watched.hold('revocations.isRevoked');
    const asking = bench.http.signedIn()(page(await browser.headers()));
    await held.reached;
    await bench.auth.signOutEverywhere(owner);
    held.release();
    expect(statusOf(await asking)).toBe(401);
  });

  it('sign nobody out whose roles change meanwhile', async () => {
    const owner = await ownerOf(await bench.http.signedIn()(page(bearer)));
    bench.clock.advance(906_000);
    const held = bench.watched.hold('sessions.rotate');
    const asking = bench.http.signedIn()(page(await browser.headers()));
    await held.reached;
    await bench.auth.grantRole({ user: owner, actorId: null, role: 'boss' });
    held.release();
    const verdict = await asking;
    if (!verdict.isAllowed) throw new Error('refused');
    expect(verdict.identity?.roles).toContain('boss');
    expect(verdict.cookies).toHaveLength(2);
  });
});

describe('roles and permissions', () => {
  it.each([
    ['employee', 200],
    ['manager', 200],
    ['boss', 403],
  ] as const)('a manager has the role %s: %i', async (role, status) => {
    const verdict = await bench.http.requireRole(role as never)(page(bearer));
    expect(statusOf(verdict)).toBe(status);
  });

  it.each([
    ['reports:read', 200],
    ['reports:approve', 200],
    ['accounts:create', 403],
  ])('a manager has the permission %s: %i', async (permission, status) => {
    const verdict = await bench.http.requirePermission(permission as 'reports:read')(page(bearer));
    expect(statusOf(verdict)).toBe(status);
  });

  it('refuses a role that does not exist when the guard is made, not when somebody comes', () => {
    for (const role of ['bos', 'constructor', '__proto__', '']) {
      expect(() => bench.http.requireRole(role as never)).toThrow(TypeError);
    }
  });

  it('gives nothing for roles that the app no longer knows', async () => {
    const [old] = [createHttpBench({ auth: { rolesForNewUser: () => ['owner', 'constructor'] as never[] } })];
    const { accessToken } = await old.register();
    const headers = { authorization: `Bearer ${accessToken}` };
    for (const role of policy.roles) {
      expect(statusOf(await old.http.requireRole(role as never)(page(headers)))).toBe(403);
    }
  });
});

describe('all', () => {
  const answer = (status: number, name: string, asked: string[], isLate: boolean): Guard => {
    return (request) => {
      asked.push(name);
      const refused: Verdict = {
        isAllowed: false,
        response: { status, headers: {}, cookies: [], body: name },
      };
      const verdict = status === 200 ? bench.http.signedIn()(request) : refused;
      return isLate ? Promise.resolve(verdict) : verdict;
    };
  };

  it.each([false, true])('lets through only what both let through (late: %s)', async (isLate) => {
    for (const first of [200, 401]) {
      for (const second of [200, 403]) {
        const asked: string[] = [];
        const guard = all(answer(first, 'first', asked, isLate), answer(second, 'second', asked, isLate));
        const verdict = guard(page(bearer));
        expect(verdict instanceof Promise).toBe(isLate);
        expect(statusOf(await verdict)).toBe(first === 200 ? second : first);
        expect(asked).toEqual(first === 200 ? ['first', 'second'] : ['first']);
      }
    }
  });

  it('sets the cookies of both', async () => {
    bench.clock.advance(906_000);
    const guard = all(bench.http.signedIn(), bench.http.requireRole('manager' as never));
    const verdict = await guard(page(await browser.headers()));
    expect(verdict.isAllowed && verdict.cookies).toHaveLength(4);
  });
});

async function ownerOf(verdict: Verdict) {
  if (!verdict.isAllowed) throw new Error('refused');
  return verdict.identity as Identity;
}
