import { createMemoryUserStore, createPasswords, memoryStores } from '@tessera-auth/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, email, origin, password, userOf } from '../auth-bench.js';
import { argon2Watch } from '../domains/passwords/argon2-watch.js';
import { cheapArgon2 } from '../domains/passwords/cheap-argon2.js';
import { refusalCode } from '../refusal-code.js';

const bcryptOfU = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';

/** A bench whose user ada has this hash, and may be disabled. */
function benchWithUser(passwordHash: string, isDisabled = false): AuthBench {
  return createAuthBench({
    openStores: (clock) => {
      const users = createMemoryUserStore({ clock });
      void users.create({
        tenantId: '',
        userId: 'ada',
        email,
        canonicalEmail: email,
        emailVerifiedAt: null,
        name: null,
        roles: ['manager'],
        passwordHash,
      });
      const disabledAt = isDisabled ? new Date(clock.now()) : null;
      return {
        ...memoryStores({ clock }),
        users: {
          ...users,
          find: async (user) => {
            const record = await users.find(user);
            return record && { ...record, disabledAt };
          },
        },
      };
    },
  });
}

describe('signing in', () => {
  let bench: AuthBench;
  beforeEach(async () => {
    bench = createAuthBench();
    await bench.register();
  });

  it('gives a session whose tokens say who it is', async () => {
    const { user, session, accessToken, refreshToken, expiresInSeconds } = await bench.signIn();
    expect(user.email).toBe(email);
    expect(session).toMatchObject({ userId: user.userId, amr: ['pwd'], ip: origin.ip, os: 'Linux' });
    expect(expiresInSeconds).toBe(900);
    expect(bench.auth.accessTokens.verify(accessToken)).toMatchObject({
      subject: user.userId,
      sessionId: session.id,
      amr: ['pwd'],
      userEpoch: 0,
    });
    expect(bench.auth.sessions.findSessionId('', refreshToken)).toBe(session.id);
  });

  it('takes the address in any case, and a password in either Unicode form', async () => {
    const address = 'René@Example.org';
    await bench.auth.register({
      tenantId: '',
      email: address,
      password: `caf\u00e9 ${password}`,
      name: null,
      origin,
    });
    const same = await bench.signIn(`cafe\u0301 ${password}`, 'rene\u0301@EXAMPLE.ORG');
    expect(same.user.email).toBe(address);
  });

  it.each([
    ['a wrong password', email, `${password}!`],
    ['an address without an account', 'nobody@example.org', password],
    ['what is no address', 'ada', password],
    ['a list of addresses', `${email},eve@example.org`, password],
    ['the password with a space', email, `${password} `],
  ])('refuses %s without saying what was wrong', async (_case, address, secret) => {
    expect(await refusalCode(bench.signIn(secret, address))).toBe('credentials_invalid');
  });

  it('knows no users of another tenant (ASVS 8.4.1)', async () => {
    const claim = { tenantId: 'globex', email, password, origin };
    expect(await refusalCode(bench.auth.signInWithPassword(claim))).toBe('credentials_invalid');
  });
});

it('passwords do not age (ASVS 6.2.10)', async () => {
  const bench = createAuthBench();
  await bench.register();
  bench.clock.advance(10 * 365 * 86_400_000);
  const { user } = await bench.signIn();
  expect(user.email).toBe(email);
});

it('there are no accounts from the start (ASVS 6.3.2)', async () => {
  const bench = createAuthBench();
  expect((await bench.auth.listUsers('')).users).toEqual([]);
  for (const name of ['admin', 'root', 'test', 'admin@example.com'])
    for (const guess of ['', 'admin', 'password', name])
      expect(await refusalCode(bench.signIn(guess, name))).toBe('credentials_invalid');
});

describe('what a sign-in costs', () => {
  it.each([
    ['a wrong password', email],
    ['an address without an account', 'nobody@example.org'],
    ['what is no address', 'not an address'],
  ])('is the same for %s', async (_case, address) => {
    const bench = createAuthBench();
    await bench.register();
    bench.watched.forgetCalls();
    argon2Watch.reset();
    await refusalCode(bench.signIn('a wrong guess', address));
    expect(bench.watched.calls).toEqual([
      'users.findByEmail',
      'sessions.list',
      'sessions.readEpochs',
      'users.find',
    ]);
    expect(argon2Watch.calls).toHaveLength(1);
  });

  it('is the same for a disabled account with the right password', async () => {
    const hash = await createPasswords(cheapArgon2).hash(password);
    const bench = benchWithUser(hash, true);
    bench.watched.forgetCalls();
    argon2Watch.reset();
    expect(await refusalCode(bench.signIn())).toBe('credentials_invalid');
    expect(bench.watched.calls).toEqual([
      'users.findByEmail',
      'sessions.list',
      'sessions.readEpochs',
      'users.find',
    ]);
    expect(argon2Watch.calls).toHaveLength(1);
  });
});

describe('a disabled account', () => {
  it('can neither refresh nor change its password, and its session ends', async () => {
    const hash = await createPasswords(cheapArgon2).hash(password);
    const bench = benchWithUser(hash, true);
    const signIn = await bench.auth.sessions.beginSignIn({ tenantId: '', userId: 'ada' });
    const started = await bench.auth.sessions.start(signIn, { amr: ['pwd'], ...origin });
    const user = { tenantId: '', userId: 'ada' };
    const sessionId = started?.session.id ?? '';

    const change = { user, sessionId, currentPassword: password, newPassword: `${password}2` };
    expect(await refusalCode(bench.auth.changePassword(change))).toBe('credentials_invalid');
    expect((await bench.auth.listSessions(user)).sessions).toHaveLength(1);

    const refresh = bench.auth.refresh({ tenantId: '', refreshToken: started?.refreshToken ?? '' });
    expect(await refusalCode(refresh)).toBe('refresh_token_invalid');
    const ended = await bench.watched.stores.sessions.find('', sessionId);
    expect(ended?.endReason).toBe('user_disabled');
  });
});

describe('a hash from another system', () => {
  it('is replaced at the first sign-in, and only then (ASVS 11.2.2)', async () => {
    const bench = benchWithUser(bcryptOfU);
    expect(await refusalCode(bench.signIn('V'))).toBe('credentials_invalid');
    expect((await bench.auth.findUser({ tenantId: '', userId: 'ada' }))?.passwordHash).toBe(bcryptOfU);

    const signedIn = await bench.signIn('U*U');
    const replaced = await bench.auth.findUser(userOf(signedIn));
    expect(replaced?.passwordHash).toMatch(/^\$argon2id\$/);
    await bench.signIn('U*U');
    expect((await bench.auth.findUser(userOf(signedIn)))?.passwordHash).toBe(replaced?.passwordHash);
  });

  it('does not undo a password change that came in between', async () => {
    const bench = benchWithUser(bcryptOfU);
    const replacing = bench.watched.hold('users.update');
    const signingIn = bench.signIn('U*U');
    await replacing.reached;
    const changed = await createPasswords(cheapArgon2).hash('something else entirely');
    const ada = { tenantId: '', userId: 'ada' };
    await bench.watched.stores.users.update({ ...ada, set: { passwordHash: changed } });
    replacing.release();
    await signingIn;
    expect((await bench.auth.findUser({ tenantId: '', userId: 'ada' }))?.passwordHash).toBe(changed);
  });
});

it('ends the session that was seen longest ago where there are too many, and records it', async () => {
  const bench = createAuthBench({ auth: { sessions: { maxSessions: 1 } } });
  const first = await bench.register();
  bench.clock.advance(1000);
  await bench.signIn();
  const ended = (await bench.listEvents()).filter(({ type }) => type === 'session_ended');
  expect(ended).toMatchObject([
    { userId: first.user.userId, sessionId: first.session.id, reason: 'session_cap' },
  ]);
});
