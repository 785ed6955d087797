import { type AuthOptions, createAuth, memoryStores } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { createAuthBench, publicUrl, rootSecret } from './auth-bench.js';

const options: AuthOptions = {
  publicUrl,
  secret: rootSecret,
  stores: memoryStores(),
  emailVerification: 'off',
};

describe('createAuth', () => {
  it('needs four things and has a default for everything else', () => {
    const auth = createAuth(options);
    expect(auth.publicUrl).toBe(publicUrl);
    expect(auth.accessTokens.lifetimeMs).toBe(900_000);
    expect(auth.policy.roles).toEqual([]);
    expect(auth.accessTokens.jwks).toEqual({ keys: [] });
  });

  it.each([
    ['https://app.example.com/', 'https://app.example.com'],
    ['https://APP.example.com/base/', 'https://app.example.com/base'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:3000/', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('takes the public URL %s', (given, expected) => {
    expect(createAuth({ ...options, publicUrl: given }).publicUrl).toBe(expected);
  });

  it.each<[string, object]>([
    ['publicUrl', { publicUrl: 'app.example.com' }],
    ['publicUrl', { publicUrl: 'http://app.example.com' }],
    ['publicUrl', { publicUrl: 'http://localhost.example.com' }],
    ['publicUrl', { publicUrl: 'ftp://localhost' }],
    ['publicUrl', { publicUrl: 'https://app.example.com?x=1' }],
    ['publicUrl', { publicUrl: 'https://app.example.com#x' }],
    ['publicUrl', { publicUrl: 'https://user@app.example.com' }],
    ['publicUrl', { publicUrl: 'https://:password@app.example.com' }],
    ['publicUrl', { publicUrl: undefined }],
    ['emailVerification', { emailVerification: 'on' }],
    ['notify', { emailVerification: undefined }],
    ['emailLinks.verifyPath', { emailLinks: { verifyPath: '//evil.example' } }],
    ['emailLinks.resetPath', { emailLinks: { resetPath: 'https://evil.example' } }],
    ['emailLinks.resetLifetime', { emailLinks: { resetLifetime: '25h' } }],
    ['secret', { secret: 'short' }],
    ['lifetime', { accessLifetime: '25h' }],
    ['leeway', { leeway: '61s' }],
    ['maxSessions', { sessions: { maxSessions: 0 } }],
    ['passwords.minLength', { passwords: { minLength: 4 } }],
    ['audience', { audience: [] }],
  ])('names the option that is not acceptable: %s in %j', (option, change) => {
    const make = () => createAuth({ ...options, ...change } as AuthOptions);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(new RegExp(`^${option.replace('.', '\\.')}`));
  });

  it('deletes what has expired, sessions and revocations, and nothing else (ASVS 14.2.7)', async () => {
    const { auth, clock, register, signIn } = createAuthBench({
      auth: { sessions: { absoluteLifetime: '1h' } },
    });
    const { user, session } = await register();
    await auth.endSession(user, session.id);
    expect(await auth.deleteExpired()).toBe(0);
    clock.advance(3_600_000);
    const live = await signIn();
    expect(await auth.deleteExpired()).toBe(2);
    expect((await auth.listSessions(user)).sessions.map(({ id }) => id)).toEqual([live.session.id]);
  });
});
