/**
 * ASVS 6.3.1, 6.1.1 and NIST SP 800-63B-4 §3.2.2: passwords are guessed online, and owners are locked out by guessing.
 */
import { type Auth, AuthError, createMemoryAuditStore, memoryStores } from '@tessera-auth/core';
import { storeUnavailable } from '@tessera-auth/core/stores';
import { describe, expect, it } from 'vitest';
import { createAuthBench, email, newPassword, origin, password, tokenOfLastLink } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

const hourMs = 3_600_000;

const strange = (at: number) => `198.51.${Math.floor(at / 250)}.${(at % 250) + 1}`;

function guess(auth: Auth, ip: string, address = email, secret = 'a wrong guess') {
  return auth.signInWithPassword({
    tenantId: '',
    email: address,
    password: secret,
    origin: { ...origin, ip },
  });
}

const openBench = () => createAuthBench({ auth: { rateLimits: {} } });

async function countTried(guesses: readonly Promise<unknown>[]): Promise<number> {
  const codes = await Promise.all(guesses.map((result) => refusalCode(result)));
  expect(new Set(codes)).toEqual(new Set(['credentials_invalid', 'rate_limited']));
  return codes.filter((code) => code === 'credentials_invalid').length;
}

describe('guesses at a password', () => {
  it('stay within the budget of the account when 200 come at once from 200 networks', async () => {
    const { auth, register } = openBench();
    await register();
    expect(await countTried(Array.from({ length: 200 }, (_, at) => guess(auth, strange(at))))).toBe(3);
  });

  it('stay within the budget of a network that tries one on each of many accounts', async () => {
    const { auth } = openBench();
    const spray = Array.from({ length: 200 }, (_, at) => guess(auth, strange(0), `user${at}@example.org`));
    expect(await countTried(spray)).toBe(10);
  });

  it('count as one network from all addresses of an IPv6 /64', async () => {
    const { auth } = openBench();
    const spray = Array.from({ length: 100 }, (_, at) =>
      guess(auth, `2001:db8:0:7::${at.toString(16)}`, `user${at}@example.org`),
    );
    expect(await countTried(spray)).toBe(10);
  });

  it('count for one account, however its address is spelled', async () => {
    const { auth, register } = openBench();
    await register();
    const spellings = [email, email.toUpperCase(), ` ${email}`.trim(), 'Ada@Example.ORG', 'ADA@example.org'];
    expect(await countTried(spellings.map((spelling, at) => guess(auth, strange(at), spelling)))).toBe(3);
  });

  it('are not given back by a sign-in to another account', async () => {
    const { auth, register } = openBench();
    await register();
    await register('mallory@example.org');
    await countTried([0, 1, 2, 3].map((at) => guess(auth, strange(at))));
    await guess(auth, strange(9), 'mallory@example.org', password);
    expect(await refusalCode(guess(auth, strange(10)))).toBe('rate_limited');
  });

  it('do not lock the owner out of a network where they are signed in', async () => {
    const { auth, register, signIn } = openBench();
    await register();
    await countTried([0, 1, 2, 3].map((at) => guess(auth, strange(at))));
    expect(await refusalCode(guess(auth, strange(10), email, password))).toBe('rate_limited');
    expect((await signIn()).user.email).toBe(email);
  });

  it('end after 100 failures, even of the right password', async () => {
    const { auth, clock, register } = openBench();
    await register();
    for (let at = 0; at < 100; at += 1) {
      expect(await refusalCode(guess(auth, strange(at)))).toBe('credentials_invalid');
      clock.advance(hourMs);
    }
    clock.advance(48 * hourMs);
    expect(await refusalCode(guess(auth, strange(101), email, password))).toBe('rate_limited');
  });

  it('from where the owner is signed in end with a new password as well', async () => {
    const bench = openBench();
    const { auth, clock } = bench;
    const { user } = await bench.register();
    for (let at = 0; at < 100; at += 1) {
      expect(await refusalCode(guess(auth, origin.ip))).toBe('credentials_invalid');
      clock.advance(hourMs / 2);
    }
    const signIn = (secret: string) => refusalCode(guess(auth, origin.ip, email, secret));
    expect(await signIn(password)).toBe('rate_limited');
    await auth.forgotPassword('', email);
    await auth.resetPassword({ tenantId: '', token: await tokenOfLastLink(bench), newPassword });
    // The second one finds the first one's session in the same network.
    expect([await signIn(newPassword), await signIn(newPassword)]).toEqual([null, null]);
    expect((await auth.listSessions(user)).sessions).toHaveLength(2);
  });

  it('are told to the owner once they have locked the account, and to nobody else (ASVS 6.3.5)', async () => {
    const { auth, clock, register, listEvents, listNotices } = openBench();
    await register();
    for (const address of [email, 'nobody@example.org']) {
      for (let at = 0; at < 103; at += 1) {
        await refusalCode(guess(auth, strange(at), address));
        clock.advance(hourMs);
      }
    }
    const locks = (await listEvents()).filter(({ type }) => type === 'authn_login_lock');
    expect(locks).toMatchObject([{ zone: 'signIn' }, { zone: 'signIn' }]);
    const told = (await listNotices()).filter(({ kind }) => kind === 'sign_in_locked');
    expect(told).toMatchObject([{ to: email }]);
  });

  it('are told at the next refusal where the first could not be recorded', async () => {
    let isAway = false;
    const kept = createMemoryAuditStore();
    const append: typeof kept.append = (...args) =>
      isAway ? Promise.reject(storeUnavailable(new Error('away'))) : kept.append(...args);
    const { auth, clock, register, listEvents, listNotices } = createAuthBench({
      openStores: (given) => ({ ...memoryStores({ clock: given }), audit: { ...kept, append } }),
      auth: { rateLimits: {} },
    });
    await register();
    const fail = async (at: number) => {
      clock.advance(hourMs);
      return refusalCode(guess(auth, strange(at)));
    };
    for (let at = 0; at < 100; at += 1) await fail(at);
    isAway = true;
    expect(await fail(100)).toBe('store_unavailable');
    isAway = false;
    expect([await fail(101), await fail(102)]).toEqual(['rate_limited', 'rate_limited']);
    expect((await listEvents()).filter(({ type }) => type === 'authn_login_lock')).toHaveLength(1);
    expect((await listNotices()).filter(({ kind }) => kind === 'sign_in_locked')).toMatchObject([
      { to: email },
    ]);
  });

  it('stay within the budget where somebody with a stolen session says that they change the password', async () => {
    const { auth, clock, register } = openBench();
    const { user, session } = await register();
    const change = (currentPassword: string) =>
      auth.changePassword({ user, sessionId: session.id, currentPassword, newPassword, origin });
    expect(await countTried(Array.from({ length: 200 }, () => change('a wrong guess')))).toBe(3);
    expect(await refusalCode(change(password))).toBe('rate_limited');
    clock.advance(60_000);
    // Who knows it gets the attempts back.
    await change(password);
    expect(await countTried(Array.from({ length: 5 }, () => change('a wrong guess')))).toBe(3);
  });

  it('are not given anew by asking elsewhere', async () => {
    const { auth, register } = openBench();
    const { user, session } = await register();
    const guesses = Array.from({ length: 9 }, (_, at) => {
      const claim = { user, sessionId: session.id, origin };
      if (at % 3 === 0) return guess(auth, origin.ip);
      if (at % 3 === 1) return auth.reauthenticate({ ...claim, password: 'a wrong guess' });
      return auth.changePassword({ ...claim, currentPassword: 'a wrong guess', newPassword });
    });
    expect(await countTried(guesses)).toBe(3);
  });

  it('are answered alike whether or not there is such an account', async () => {
    const { auth, register } = openBench();
    await register();
    const last = async (address: string, from: number) => {
      for (let at = 0; at < 3; at += 1) await refusalCode(guess(auth, strange(from + at), address));
      return guess(auth, strange(from + 3), address).catch(({ code, limit, retryAfterSeconds }) => ({
        ...{ code, limit, retryAfterSeconds },
      }));
    };
    expect(await last(email, 0)).toEqual(await last('nobody@example.org', 20));
  });

  it('are told of once, not at every refusal', async () => {
    const { auth, listEvents } = openBench();
    await Promise.all(Array.from({ length: 50 }, (_, at) => refusalCode(guess(auth, strange(at)))));
    const told = (await listEvents()).filter(({ type }) => type === 'excess_rate_limit_exceeded');
    expect(told).toMatchObject([{ zone: 'signIn' }]);
  });

  it('are not tried at all while the limits cannot be read', async () => {
    const { watched } = openBench();
    const store = watched.stores.rateLimits;
    const bench = createAuthBench({
      auth: {
        rateLimits: {},
        stores: {
          ...watched.stores,
          rateLimits: { ...store, take: () => Promise.reject(new AuthError('store_unavailable')) },
        },
      },
    });
    expect(await refusalCode(guess(bench.auth, strange(0), email, newPassword))).toBe('store_unavailable');
  });
});
