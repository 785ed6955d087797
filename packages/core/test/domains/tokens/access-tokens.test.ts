import { type AccessTokensOptions, createAccessTokens, createKeyRing } from '@tessera-auth/core/primitives';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { refusalOf } from './describe-hostile-tokens.js';
import {
  audience,
  createTokenSuites,
  forge,
  forgeBytes,
  goodPayload,
  grant,
  headerOf,
  issuer,
  noon,
  noonMs,
  rootSecret,
} from './token-suite.js';

const keyRing = createKeyRing({ secret: rootSecret });

describe.each(await createTokenSuites())('issue ($alg)', (suite) => {
  const { tokens, clock, options } = suite;

  it('makes a token that says what was granted', () => {
    const { token, claims, expiresAt } = tokens.issue(grant);
    const { notAfter: _, ...granted } = grant;
    expect(tokens.verify(token)).toEqual({
      ...granted,
      issuer,
      audience,
      jti: claims.jti,
      issuedAt: new Date(noonMs),
      expiresAt: new Date(noonMs + 900_000),
    });
    expect(tokens.verify(token)).toEqual(claims);
    expect(expiresAt).toEqual(claims.expiresAt);
  });

  it('makes a token that jose verifies, a hundred times over', async () => {
    for (let count = 0; count < 100; count++) {
      const { token, claims } = tokens.issue(grant);
      const { payload } = await jwtVerify(token, suite.joseKey, {
        algorithms: [suite.alg],
        currentDate: new Date(noonMs),
        typ: 'at+jwt',
        issuer,
        audience,
      });
      expect(payload.jti).toBe(claims.jti);
    }
  });

  it('writes the header and the claims of RFC 9068, and no others (ASVS 9.2.4)', () => {
    const { token, claims } = tokens.issue(grant);
    expect(decodeProtectedHeader(token)).toEqual({ alg: suite.alg, typ: 'at+jwt', kid: suite.keyId });
    expect(decodeJwt(token)).toEqual({
      iss: issuer,
      aud: audience,
      sub: 'user-1',
      client_id: 'web',
      iat: noon,
      exp: noon + 900,
      jti: claims.jti,
      sid: grant.sessionId,
      epoch: 3,
      tenant: 'acme',
      tenant_epoch: 2,
      roles_version: 7,
      roles: grant.roles,
      permissions: 'q3Jh.AQID',
      amr: grant.amr,
      auth_time: noon - 60,
    });
  });

  it('leaves out a tenant that is empty and a tenant epoch of zero', () => {
    const { token } = tokens.issue({ ...grant, tenantId: '', tenantEpoch: 0 });
    expect(decodeJwt(token)).not.toHaveProperty('tenant');
    expect(decodeJwt(token)).not.toHaveProperty('tenant_epoch');
    expect(tokens.verify(token)).toMatchObject({ tenantId: '', tenantEpoch: 0 });
  });

  it('leaves out a version of zero, and permissions where there are none', () => {
    const { token } = tokens.issue({ ...grant, rolesVersion: 0, permissions: null });
    expect(decodeJwt(token)).not.toHaveProperty('roles_version');
    expect(decodeJwt(token)).not.toHaveProperty('permissions');
    expect(tokens.verify(token)).toMatchObject({ rolesVersion: 0, permissions: null });
  });

  it('gives every token an id of its own', () => {
    const ids = new Set(Array.from({ length: 1000 }, () => tokens.issue(grant).claims.jti));
    expect(ids.size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/);
  });

  it('never lets a token outlive the session', () => {
    const { expiresAt } = tokens.issue({ ...grant, notAfter: new Date(noonMs + 1999) });
    expect(expiresAt).toEqual(new Date(noonMs + 1000));
    for (const left of [999, 0, -1, -86_400_000]) {
      const ended = { ...grant, notAfter: new Date(noonMs + left) };
      expect(() => tokens.issue(ended)).toThrowError(
        expect.objectContaining({ code: 'access_token_expired' }),
      );
    }
  });

  it('accepts a token until its time and the leeway are over', () => {
    const { token } = tokens.issue(grant);
    const codes = [-5001, -5000, 0, 899_999, 900_000, 904_999, 905_000].map((ms) => {
      clock.moveTo(noonMs + ms);
      return refusalOf(tokens, token);
    });
    clock.moveTo(noonMs);
    expect(codes).toEqual(['access_token_invalid', null, null, null, null, null, 'access_token_expired']);
  });

  it('names all audiences, of which one is enough to be accepted', () => {
    const both = createAccessTokens({ ...options, audience: ['a', 'b'] });
    const { token } = both.issue(grant);
    expect(both.verify(token).audience).toEqual(['a', 'b']);
    expect(createAccessTokens({ ...options, audience: 'b' }).verify(token).audience).toEqual(['a', 'b']);
    expect(refusalOf(createAccessTokens({ ...options, audience: 'c' }), token)).toBe('access_token_invalid');
  });

  it('accepts claims that a later version may add', () => {
    const token = forge(suite, { payload: { policy: 7, act: { sub: 'clerk' } } });
    expect(tokens.verify(token)).not.toHaveProperty('policy');
  });

  it('reads the same claims in whatever order and with whatever escapes they are written', () => {
    const changes = [
      {},
      { tenant: undefined },
      { tenant_epoch: undefined },
      { roles_version: undefined },
      { permissions: undefined },
      { roles_version: undefined, permissions: undefined, tenant: undefined, tenant_epoch: undefined },
      { permissions: 'm.'.padEnd(2048, 'A') },
      { roles: [] },
      { amr: ['a', 'b', 'c'] },
    ];
    for (const payload of changes) {
      const members = Object.entries({ ...goodPayload(), ...payload });
      const reversed = JSON.stringify(Object.fromEntries(members.reverse()));
      const header = JSON.stringify(headerOf(suite));
      expect(tokens.verify(forgeBytes(suite, header, reversed))).toEqual(
        tokens.verify(forge(suite, { payload })),
      );
    }
    const quoted = {
      ...grant,
      roles: ['"', '\\', '","', '\u0000', '\ud800', '\u2028', '😀', '[]', '\ufffd'],
    };
    expect(tokens.verify(tokens.issue(quoted).token).roles).toEqual(quoted.roles);
  });

  it('freezes what it hands out and shares none of it', () => {
    const roles = ['admin'];
    const { claims, token } = tokens.issue({ ...grant, roles });
    roles.push('root');
    const first = tokens.verify(token);
    first.expiresAt.setTime(0);
    expect(tokens.verify(token).expiresAt).toEqual(new Date(noonMs + 900_000));
    for (const frozen of [claims, claims.roles, claims.amr, first, first.roles, first.amr]) {
      expect(Object.isFrozen(frozen)).toBe(true);
    }
    expect(first.roles).toEqual(['admin']);
  });

  it.each([
    ['sub', { subject: '' }],
    ['client_id', { clientId: '' }],
    ['sid', { sessionId: '' }],
    ['epoch', { userEpoch: -1 }],
    ['tenant_epoch', { tenantEpoch: 0.5 }],
    ['roles_version', { rolesVersion: -1 }],
    ['roles', { roles: [''] }],
    ['permissions', { permissions: '' }],
    ['permissions', { permissions: 'm.'.padEnd(2049, 'A') }],
    ['amr', { amr: [1 as unknown as string] }],
    ['auth_time', { authTime: new Date(Number.NaN) }],
    ['exp', { notAfter: new Date(Number.NaN) }],
    ['too long', { roles: ['r'.repeat(6000)] }],
  ])('refuses a grant with a wrong %s', (problem, change) => {
    expect(() => tokens.issue({ ...grant, ...change })).toThrowError(TypeError);
    expect(() => tokens.issue({ ...grant, ...change })).toThrowError(problem);
  });

  it('makes the longest token that it also accepts', () => {
    const lengths = Array.from({ length: 6000 }, (_, length) => length).slice(5400);
    const longest = lengths.findLast((length) => isIssued(['r'.repeat(length)])) ?? 0;
    expect(longest).toBeGreaterThan(5400);
    const { token } = tokens.issue({ ...grant, roles: ['r'.repeat(longest)] });
    expect(token.length).toBeGreaterThan(8100);
    expect(tokens.verify(token).roles[0]).toHaveLength(longest);
  });

  function isIssued(roles: readonly string[]): boolean {
    try {
      return tokens.issue({ ...grant, roles }).token !== '';
    } catch {
      return false;
    }
  }
});

describe('createAccessTokens', () => {
  const options: AccessTokensOptions = { issuer, audience, keyRing };

  it('lets tokens live for 15 minutes, and tells how long a revocation must be kept', () => {
    expect(createAccessTokens(options)).toMatchObject({ lifetimeMs: 900_000, longestAliveMs: 910_000 });
    const tokens = createAccessTokens({ ...options, lifetime: '5m', leeway: '60s' });
    expect(tokens).toMatchObject({ lifetimeMs: 300_000, longestAliveMs: 420_000 });
  });

  it('publishes no key for HS256', () => {
    expect(createAccessTokens(options).jwks).toEqual({ keys: [] });
  });

  it.each([
    ['issuer', { issuer: '' }],
    ['issuer', { issuer: undefined as unknown as string }],
    ['audience', { audience: '' }],
    ['audience', { audience: [] }],
    ['audience', { audience: ['a', ''] }],
    ['lifetime', { lifetime: '0s' }],
    ['lifetime', { lifetime: '25h' }],
    ['lifetime', { lifetime: '1500ms' }],
    ['leeway', { leeway: '61s' }],
    ['leeway', { leeway: '500ms' }],
    ['cacheSize', { cacheSize: -1 }],
    ['cacheSize', { cacheSize: 0.5 }],
    ['cacheSize', { cacheSize: Number.POSITIVE_INFINITY }],
    ['signingKeys', { signingKeys: [] }],
  ] as const)('refuses a wrong %s: %o', (option, change) => {
    expect(() => createAccessTokens({ ...options, ...change })).toThrowError(TypeError);
    expect(() => createAccessTokens({ ...options, ...change })).toThrowError(option);
  });

  it('refuses to start without any key', () => {
    expect(() => createAccessTokens({ issuer, audience })).toThrowError('keyRing');
  });
});
