// RFC 7009: whoever holds a token may end it, and learns nothing about any other.
import type { SignedIn } from '@tessera-auth/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, isAccepted, newRootSecret } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

let bench: AuthBench;
let mine: SignedIn;
beforeEach(async () => {
  bench = createAuthBench();
  mine = await bench.register();
});

const refresh = ({ refreshToken }: SignedIn) =>
  refusalCode(bench.auth.refresh({ tenantId: '', refreshToken }));

describe('revoking', () => {
  it('a refresh token ends its session with all access tokens', async () => {
    await bench.auth.revokeToken('', mine.refreshToken);
    expect(await isAccepted(bench.auth, mine.accessToken)).toBe(false);
    expect(await refresh(mine)).toBe('refresh_token_invalid');
    expect(await bench.listEvents()).toContainEqual(
      expect.objectContaining({ type: 'session_ended', sessionId: mine.session.id }),
    );
  });

  it('an access token ends that one alone', async () => {
    const sibling = await bench.auth.refresh({ tenantId: '', refreshToken: mine.refreshToken });
    await bench.auth.revokeToken('', mine.accessToken);
    expect(await isAccepted(bench.auth, mine.accessToken)).toBe(false);
    expect(await isAccepted(bench.auth, sibling.accessToken)).toBe(true);
    expect(await refresh(mine)).toBeNull();
    const { jti: tokenId, sessionId, subject: userId } = bench.auth.accessTokens.verify(mine.accessToken);
    expect(await bench.listEvents()).toContainEqual(
      expect.objectContaining({ type: 'authn_token_revoked', userId, sessionId, tokenId }),
    );
  });

  it('is remembered until the last node would refuse the token by its expiry', async () => {
    await bench.auth.revokeToken('', mine.accessToken);
    bench.clock.advance(904_000);
    await bench.auth.deleteExpired();
    expect(await isAccepted(bench.auth, mine.accessToken)).toBe(false);
    bench.clock.advance(60_000);
    expect(await bench.auth.deleteExpired()).toBe(1);
  });

  it.each<[string, () => string | Promise<string>]>([
    ['garbage', () => 'garbage'],
    ['an empty text', () => ''],
    ['a token of another deployment', () => foreignToken('accessToken')],
    ['a refresh token of another deployment', () => foreignToken('refreshToken')],
    ['an access token with another signature', () => `${mine.accessToken.slice(0, -5)}AAAAA`],
    ['a refresh token with another MAC', () => `${mine.refreshToken.slice(0, -5)}AAAAA`],
  ])('%s is no error and writes nothing', async (_case, make) => {
    const token = await make();
    bench.watched.forgetCalls();
    await bench.auth.revokeToken('', token);
    expect(bench.watched.calls).toEqual([]);
  });

  it('an expired access token writes nothing', async () => {
    bench.clock.advance(906_000);
    bench.watched.forgetCalls();
    await bench.auth.revokeToken('', mine.accessToken);
    expect(bench.watched.calls).toEqual([]);
  });

  it('tokens of another tenant changes nothing', async () => {
    await bench.auth.revokeToken('globex', mine.accessToken);
    await bench.auth.revokeToken('globex', mine.refreshToken);
    expect(await isAccepted(bench.auth, mine.accessToken)).toBe(true);
    expect(await refresh(mine)).toBeNull();
  });
});

async function foreignToken(kind: 'accessToken' | 'refreshToken'): Promise<string> {
  const foreign = createAuthBench({ auth: { secret: newRootSecret } });
  return (await foreign.register())[kind];
}
