import {
  type AuthOptions,
  createAuth,
  createMemoryAuditStore,
  formatPolicy,
  memoryStores,
  type ProfileName,
} from '@tessera-auth/core';
import { createHttpAuth, type HttpAuthOptions } from '@tessera-auth/core/http';
import { createTestClock } from '@tessera-auth/core/testing';
import { describe, expect, it } from 'vitest';
import { publicUrl, rootSecret } from './auth-bench.js';

/** `undefined` leaves out what {@link make} gives by itself. */
type Change = { readonly [Name in keyof AuthOptions]?: AuthOptions[Name] | undefined };

const make = (profile: ProfileName | undefined, change: Change = {}) =>
  createAuth({
    publicUrl,
    secret: rootSecret,
    stores: memoryStores(),
    notify: () => {},
    onEvent: () => {},
    ...(profile === undefined ? {} : { profile }),
    ...change,
  } as AuthOptions);

/** What holds for an account for longer than a minute, by default. */
const daily = [
  { count: 20, per: '1h', burst: 10 },
  { count: 50, per: '1d', burst: 25 },
] as const;

describe('profile', () => {
  it.each<[ProfileName | undefined, object, object]>([
    [
      undefined,
      { absoluteLifetime: '90d', idleLifetime: '30d', browserIdleLifetime: '7d' },
      { lifetime: '15m' },
    ],
    [
      'asvs-l1',
      { absoluteLifetime: '30d', idleLifetime: '30d', browserIdleLifetime: '7d' },
      { lifetime: '15m' },
    ],
    [
      'asvs-l2',
      { absoluteLifetime: '1d', idleLifetime: '1h', browserIdleLifetime: '1h' },
      { lifetime: '15m' },
    ],
    [
      'asvs-l3',
      { absoluteLifetime: '12h', idleLifetime: '15m', browserIdleLifetime: '15m', onReuse: 'user' },
      { lifetime: '5m' },
    ],
  ])('%s sets the lifetimes (ASVS 7.3.1, 7.3.2)', (profile, sessions, accessTokens) => {
    expect(make(profile).describePolicy()).toMatchObject({
      profile: profile ?? 'default',
      sessions,
      accessTokens,
      passwords: { minLength: 15 },
    });
  });

  it.each<ProfileName>(['asvs-l2', 'asvs-l3'])(
    '%s lets a link to a new password live ten minutes, and a code thirty seconds (ASVS 6.5.5)',
    (profile) => {
      const { emailLinks, mfa } = make(profile).describePolicy();
      expect([emailLinks.resetLifetime, mfa.allowsPreviousCode]).toEqual(['10m', false]);
      expect(make(profile, { emailLinks: { resetLifetime: '5m' } }).describePolicy().emailLinks).toEqual({
        verifyLifetime: '1d',
        resetLifetime: '5m',
        changeLifetime: '1h',
      });
    },
  );

  it('lets stricter options win', () => {
    const policy = make('asvs-l2', {
      accessLifetime: '5m',
      sessions: { idleLifetime: '10m', onReuse: 'user' },
      passwords: { minLength: 20 },
    }).describePolicy();
    expect(policy.accessTokens.lifetime).toBe('5m');
    expect(policy.sessions).toMatchObject({
      idleLifetime: '10m',
      browserIdleLifetime: '1h',
      onReuse: 'user',
    });
    expect(policy.passwords.minLength).toBe(20);
  });

  it.each<[ProfileName, Change, string]>([
    ['asvs-l1', { sessions: { absoluteLifetime: '31d' } }, 'sessions.absoluteLifetime must be at most 30d'],
    ['asvs-l1', { accessLifetime: '16m' }, 'accessLifetime must be at most 15m'],
    ['asvs-l1', { passwords: { minLength: 14 } }, 'passwords.minLength must be at least 15'],
    ['asvs-l1', { passwords: { allowWeakArgon2: true } }, 'passwords.allowWeakArgon2 must be false'],
    ['asvs-l1', { rateLimits: 'off' }, "rateLimits must not be 'off'"],
    [
      'asvs-l1',
      { rateLimits: { signIn: { count: 3, per: '1m' } } },
      'rateLimits.signIn must be at most 20/1h (burst 10)',
    ],
    [
      'asvs-l1',
      { rateLimits: { register: { count: 10, per: '1h' } } },
      'rateLimits.register must be at most 10/1h (burst 5)',
    ],
    [
      'asvs-l2',
      { rateLimits: { recovery: { count: 3, per: '3599s' } } },
      'rateLimits.recovery must be at most 3/1h (burst 3)',
    ],
    [
      'asvs-l3',
      { rateLimits: { secondFactor: [{ count: 2, per: '2m' }, ...daily] } },
      'rateLimits.secondFactor must be at most 1/1m (burst 1)',
    ],
    ['asvs-l2', { rateLimits: 'off' }, "rateLimits must not be 'off'"],
    ['asvs-l3', { rateLimits: 'off' }, "rateLimits must not be 'off'"],
    ['asvs-l2', { sessions: { idleLifetime: '61m' } }, 'sessions.idleLifetime must be at most 1h'],
    [
      'asvs-l2',
      { sessions: { browserIdleLifetime: '2h' } },
      'sessions.browserIdleLifetime must be at most 1h',
    ],
    [
      'asvs-l2',
      { passwords: { minLength: 8 }, mfa: { requiredFor: 'everybody' } },
      'passwords.minLength must be at least 15',
    ],
    ['asvs-l2', { mfa: { requiredFor: [] } }, "mfa.requiredFor must be 'everybody'"],
    ['asvs-l2', { mfa: { allowsPreviousCode: true } }, 'mfa.allowsPreviousCode must be false'],
    ['asvs-l2', { mfa: { grace: '365d' } }, 'mfa.grace must be at most 0s'],
    ['asvs-l3', { mfa: { requiredFor: 'everybody', grace: '1ms' } }, 'mfa.grace must be at most 0s'],
    ['asvs-l2', { emailLinks: { resetLifetime: '11m' } }, 'emailLinks.resetLifetime must be at most 10m'],
    ['asvs-l3', { emailLinks: { resetLifetime: '11m' } }, 'emailLinks.resetLifetime must be at most 10m'],
    ['asvs-l3', { mfa: { allowsPreviousCode: true } }, 'mfa.allowsPreviousCode must be false'],
    ['asvs-l3', { sessions: { onReuse: 'session' } }, "sessions.onReuse must be 'user'"],
    ['asvs-l3', { mfa: { rememberDevices: '1h' } }, "mfa.rememberDevices must be 'never'"],
    ['asvs-l3', { emailVerification: 'off' }, "emailVerification must be 'required'"],
    ['asvs-l2', { onEvent: undefined }, 'stores.audit or onEvent must be given'],
    ['asvs-l3', { onEvent: undefined }, 'stores.audit or onEvent must be given'],
  ])('%s refuses what is weaker: %j', (profile, change, demand) => {
    expect(() => make(profile, change)).toThrow(new TypeError(`profile '${profile}': ${demand}`));
  });

  it.each<ProfileName>(['asvs-l1', 'asvs-l2', 'asvs-l3'])(
    '%s takes limits that never let more through than by default, in whatever numbers (ASVS 6.3.1)',
    (profile) => {
      const stricter = {
        signIn: { count: 2, per: '1h' },
        signInClient: { count: 1, per: '3s' },
        secondFactor: [{ count: 5, per: '5m', burst: 1 }, { count: 100, per: '10d', burst: 1 }, ...daily],
        register: { count: 5, per: '30m' },
        api: { count: 100_000, per: '1s' },
      } as const;
      expect(make(profile, { rateLimits: stricter }).describePolicy().rateLimits).toMatchObject({
        signIn: ['2/1h (burst 2)'],
        register: ['5/30m (burst 5)'],
      });
    },
  );

  it('records in the chain of stores.audit or wherever onEvent leads, from level 2 on (ASVS 16.3.1)', () => {
    const stores = { ...memoryStores(), audit: createMemoryAuditStore() };
    expect(make('asvs-l2', { onEvent: undefined, stores }).audit).not.toBeNull();
    expect(() => make('asvs-l1', { onEvent: undefined })).not.toThrow();
  });

  it('tells nobody who registers whether there is an account, at level 3 (ASVS 6.3.8)', () => {
    expect(make('asvs-l3').emailVerification).toBe('required');
    expect(() => make('asvs-l3', { notify: undefined })).toThrow(/^notify: missing/);
    expect(make('asvs-l2', { emailVerification: 'off' }).emailVerification).toBe('off');
  });

  it.each<ProfileName>(['asvs-l2', 'asvs-l3'])(
    '%s has the second factor required at once, and not from some day on (ASVS 6.3.3)',
    (profile) => {
      const clock = createTestClock();
      const requireFrom = (ms: number) =>
        make(profile, { clock, mfa: { requiredSince: new Date(clock.now() + ms) } }).mfa;
      expect(() => requireFrom(1)).toThrow(
        new TypeError(`profile '${profile}': mfa.requiredSince must not be in the future`),
      );
      expect(() => make(profile, { mfa: { requiredSince: new Date('2999-01-01') } })).toThrow(
        'mfa.requiredSince must not be in the future',
      );
      const createdAt = new Date(clock.now());
      expect(requireFrom(0).dueAt({ roles: [], createdAt })).toEqual(createdAt);
      expect(() => make('asvs-l1', { clock, mfa: { requiredSince: new Date('2999-01-01') } })).not.toThrow();
    },
  );

  it.each(['asvs-l4', 'toString', '__proto__'])('refuses the unknown profile %s', (profile) => {
    expect(() => make(profile as ProfileName)).toThrow(/^profile: expected/);
  });

  it.each<[HttpAuthOptions, string]>([
    [{ sameSite: 'Lax' }, "sameSite must be 'Strict'"],
    [{ persistentCookies: true }, 'persistentCookies must be false'],
    [{ allowMissingCsrfToken: true }, 'allowMissingCsrfToken must be false'],
    [{ stepUpWindow: '11m' }, 'stepUpWindow must be at most 10m'],
  ])('reaches HTTP from level 2 on: %j', (options, demand) => {
    expect(() => createHttpAuth(make('asvs-l1'), options)).not.toThrow();
    for (const profile of ['asvs-l2', 'asvs-l3'] as const) {
      expect(() => createHttpAuth(make(profile), options)).toThrow(
        new TypeError(`profile '${profile}': ${demand}`),
      );
      expect(() => createHttpAuth(make(profile))).not.toThrow();
    }
  });
});

describe('describePolicy', () => {
  it('says what is in force', () => {
    expect(formatPolicy(make('asvs-l3').describePolicy())).toMatchInlineSnapshot(`
      "profile: asvs-l3
      emailVerification: required
      present.audit: false
      present.onEvent: true
      present.notify: true
      present.secondFactors: true
      present.roles: true
      authorization.policyVersion: ID57tM2O
      accessTokens.signing: HS256
      accessTokens.lifetime: 5m
      accessTokens.leeway: 10s
      sessions.absoluteLifetime: 12h
      sessions.idleLifetime: 15m
      sessions.browserIdleLifetime: 15m
      sessions.rotationFloor: 12s
      sessions.rotationGrace: 10s
      sessions.maxSessions: 100
      sessions.onReuse: user
      revocation.check: direct
      revocation.bound: 1s
      passwords.minLength: 15
      passwords.maxLength: 256
      passwords.hash: argon2id
      passwords.memoryKiB: 19456
      passwords.iterations: 2
      passwords.parallelism: 1
      passwords.ownBlockedWords: 0
      passwords.breachCheck: none
      mfa.requiredFor: everybody
      mfa.grace: 0ms
      mfa.allowsPreviousCode: false
      mfa.rememberDevices: never
      emailLinks.verifyLifetime: 1d
      emailLinks.resetLifetime: 10m
      emailLinks.changeLifetime: 1h
      rateLimits.signIn: 5/1m (burst 3), 20/1h (burst 10), 50/1d (burst 25)
      rateLimits.signInClient: 20/1m (burst 10)
      rateLimits.secondFactor: 1/1m (burst 1), 20/1h (burst 10), 50/1d (burst 25)
      rateLimits.register: 10/1h (burst 5)
      rateLimits.recovery: 3/1h (burst 3)
      rateLimits.recoveryClient: 20/1h (burst 10)
      rateLimits.api: 100/1m (burst 20)"
    `);
    const { rateLimits } = make('default', { rateLimits: 'off' }).describePolicy();
    expect(rateLimits).toBe('off');
    const own = make('asvs-l3', { rateLimits: { api: { count: 90, per: '90s' } } }).describePolicy();
    expect(own.rateLimits).toMatchObject({ api: ['90/90s (burst 90)'] });
  });

  it('says what is in force over HTTP too', () => {
    const auth = make('asvs-l2', { stores: { ...memoryStores(), audit: createMemoryAuditStore() } });
    const { describePolicy } = createHttpAuth(auth, {
      basePath: '/api/auth',
      trustedOrigins: ['https://admin.example.com'],
      trustedProxies: ['loopback', '10.0.0.0/8'],
      adminNetworks: ['private'],
      routeLimits: {
        'GET /account/export': [
          { count: 1, per: '1h' },
          { count: 3, per: '1d' },
        ],
      },
    });
    const { http, routeLimits, ...core } = describePolicy();
    expect(core).toEqual(auth.describePolicy());
    const lines = formatPolicy(describePolicy()).split('\n');
    expect(lines.filter((line) => /^(http|routeLimits)\./.test(line)).join('\n')).toMatchInlineSnapshot(`
      "http.basePath: /api/auth
      http.transport: cookie
      http.sameSite: Strict
      http.persistentCookies: false
      http.allowInsecureCookies: false
      http.allowMissingCsrfToken: false
      http.stepUpWindow: 10m
      http.trustedOrigins: https://app.example.com, https://admin.example.com
      http.trustedProxies: loopback, 10.0.0.0/8
      http.adminNetworks: private
      http.keepProxyRequestId: false
      http.publishesOpenApi: false
      routeLimits.GET /account/export: 1/1h (burst 1), 3/1d (burst 3)"
    `);
    Object.assign(http, { basePath: '/' });
    expect(describePolicy().http.basePath).toBe('/api/auth');
    expect(routeLimits).toEqual({ 'GET /account/export': ['1/1h (burst 1)', '3/1d (burst 3)'] });
    const off = createHttpAuth(make('default', { rateLimits: 'off' }));
    expect(off.describePolicy()).toMatchObject({ http: { adminNetworks: 'anywhere' }, routeLimits: 'off' });
    expect(formatPolicy(off.describePolicy())).toMatch(/^http.trustedProxies: nobody$/m);
  });

  it('holds no secret, and no blocked word (ASVS 16.2.5)', () => {
    const policy = make('asvs-l2', {
      passwords: { blocklist: ['canary-of-the-blocklist'] },
    }).describePolicy();
    const text = `${JSON.stringify(policy)}${formatPolicy(policy)}`;
    expect(text).not.toContain(rootSecret);
    expect(text).not.toContain('canary');
    expect(policy.passwords.ownBlockedWords).toBe(1);
  });

  it('is new each time, so that nobody changes it for others', () => {
    const auth = make('asvs-l1');
    Object.assign(auth.describePolicy().sessions, { maxSessions: 1 });
    expect(auth.describePolicy().sessions.maxSessions).toBe(100);
  });
});
