import type { SignedIn } from '@tessera-auth/core';
import { createTaggedId } from '@tessera-auth/core/stores';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, isAccepted, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

let bench: AuthBench;
let mine: SignedIn;
let other: SignedIn;

const sessionOf = (held: SignedIn) => ({ ...userOf(held), sessionId: held.session.id });

async function isDead({ accessToken, refreshToken }: SignedIn): Promise<boolean> {
  const isRefused = !(await isAccepted(bench.auth, accessToken));
  const code = await refusalCode(bench.auth.refresh({ tenantId: '', refreshToken }));
  expect(code).toBe(isRefused ? 'refresh_token_invalid' : null);
  return isRefused;
}

beforeEach(async () => {
  bench = createAuthBench();
  mine = await bench.register();
  other = await bench.signIn();
});

describe('signing out', () => {
  const shown = {
    'the access token': () => ({ session: sessionOf(mine), refreshToken: null }),
    'the refresh token': () => ({ session: null, refreshToken: mine.refreshToken }),
    both: () => ({ session: sessionOf(mine), refreshToken: mine.refreshToken }),
    'the access token and garbage': () => ({ session: sessionOf(mine), refreshToken: 'rt1_garbage' }),
  };
  it.each(Object.entries(shown))('ends this session alone, by %s', async (_case, show) => {
    await bench.auth.signOut({ tenantId: '', ...show() });
    expect(await isDead(mine)).toBe(true);
    expect(await isDead(other)).toBe(false);
    const ended = (await bench.listEvents()).filter(({ type }) => type === 'session_ended');
    expect(ended).toMatchObject([{ sessionId: mine.session.id, reason: 'signed_out' }]);
  });

  it('ends both sessions where the tokens belong to two', async () => {
    await bench.auth.signOut({ tenantId: '', session: sessionOf(mine), refreshToken: other.refreshToken });
    expect(await isDead(mine)).toBe(true);
    expect(await isDead(other)).toBe(true);
  });

  it('ends the session by a refresh token that was spent long ago', async () => {
    bench.clock.advance(60_000);
    const next = await bench.auth.refresh({ tenantId: '', refreshToken: mine.refreshToken });
    bench.clock.advance(60_000);
    await bench.auth.signOut({ tenantId: '', session: null, refreshToken: mine.refreshToken });
    expect(await isDead(next)).toBe(true);
  });

  it('is done when it was done before, or when there is nothing to end', async () => {
    const nothing = { tenantId: '', session: null, refreshToken: null };
    const request = { ...nothing, session: sessionOf(mine), refreshToken: mine.refreshToken };
    for (const again of [request, request, nothing]) await bench.auth.signOut(again);
    expect(await isDead(mine)).toBe(true);
  });

  it('ends access tokens whose session the store has lost, by one of them', async () => {
    const { tenantId, userId } = userOf(mine);
    const lost = createTaggedId({ tenantId, userId });
    const { token } = bench.auth.accessTokens.issue({
      ...mine.session,
      subject: userId,
      clientId: 'https://app.example.com',
      sessionId: lost,
      rolesVersion: 0,
      roles: [],
      permissions: null,
      notAfter: mine.session.absoluteExpiresAt,
    });
    expect(await isAccepted(bench.auth, token)).toBe(true);
    const session = { tenantId, userId, sessionId: lost };
    await bench.auth.signOut({ tenantId, session, refreshToken: null });
    expect(await isAccepted(bench.auth, token)).toBe(false);
    expect(await isDead(mine)).toBe(false);
  });

  it('does not end a session of another tenant', async () => {
    const session = { ...sessionOf(mine), tenantId: 'globex' };
    await bench.auth.signOut({ tenantId: 'globex', session, refreshToken: mine.refreshToken });
    expect(await isDead(mine)).toBe(false);
  });
});

describe('signing out elsewhere', () => {
  it('ends all but the asking session, whose tokens stay good', async () => {
    await bench.auth.signOutOthers(userOf(mine), mine.session.id);
    expect(await isDead(mine)).toBe(false);
    expect(await isDead(other)).toBe(true);
  });

  it('is refused to a session that has ended, and changes nothing', async () => {
    await bench.auth.endSession(userOf(mine), mine.session.id);
    const code = await refusalCode(bench.auth.signOutOthers(userOf(mine), mine.session.id));
    expect(code).toBe('access_token_revoked');
    expect(await isDead(other)).toBe(false);
  });

  it('ends those of everybody in the tenant, for an administrator', async () => {
    const eve = await bench.register('eve@example.org');
    await bench.auth.endAllSessionsOfTenant({ tenantId: '', actorId: eve.user.userId });
    for (const held of [mine, other, eve]) expect(await isDead(held)).toBe(true);
    expect((await bench.listEvents()).at(-1)).toMatchObject({
      ...{ type: 'session_ended', tenantId: '', userId: null, sessionId: null },
      ...{ reason: 'ended_by_administrator', actorId: eve.user.userId },
    });
    expect(await isDead(await bench.signIn())).toBe(false);
  });

  it('ends really all sessions', async () => {
    await bench.auth.signOutEverywhere(userOf(mine));
    expect(await isDead(mine)).toBe(true);
    expect(await isDead(other)).toBe(true);
  });
});

describe('ending one session by its id', () => {
  it('ends an own one', async () => {
    await bench.auth.endSession(userOf(mine), other.session.id);
    expect(await isDead(other)).toBe(true);
    expect(await isDead(mine)).toBe(false);
  });

  it.each([
    ['an unknown id', () => 'AAAAAAAAAAAAAAAAAAAAAA'],
    ['no id at all', () => ''],
    ["another user's id", async () => (await bench.register('eve@example.org')).session.id],
  ])('gives the same answer for %s', async (_case, findId) => {
    const code = await refusalCode(bench.auth.endSession(userOf(mine), await findId()));
    expect(code).toBe('session_not_found');
    expect((await bench.listEvents()).some(({ type }) => type === 'session_ended')).toBe(false);
  });
});
