import type { PostgresStores } from '@tessera-auth/adapters-postgres';
import { createAuth } from '@tessera-auth/core';
import { type StoreSet, storeUnavailable } from '@tessera-auth/core/stores';
import { finishedSignIn } from '@tessera-auth/core/testing';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { createPool, freshStores } from './support/fresh-stores.js';

const publicUrl = 'http://localhost';
const secret = 'q8Zt3Lw0Rk5Vn1Yx7Bc4Hd9Jf2Mg6PsWe5';
const password = 'seven quiet herons wade';
const origin = { ip: null, userAgent: null, isBrowser: false };
const registration = { tenantId: '', email: 'ada@example.com', password, name: null, origin };

type Interrupted = 'create' | 'rotateHard' | 'end' | 'endAll';

/** The stores, of which the sessions are away inside transactions for as long as `isAway`. */
function interrupt(stores: PostgresStores, method: Interrupted, outage: { isAway: boolean }): PostgresStores {
  const interrupted = (set: StoreSet): StoreSet => {
    const call = set.sessions[method].bind(set.sessions) as (command: never) => Promise<never>;
    const failing = (command: never) =>
      outage.isAway ? Promise.reject(storeUnavailable(new Error('cut off'))) : call(command);
    return { ...set, sessions: { ...set.sessions, [method]: failing } };
  };
  const { covers, run } = stores.transactions;
  return { ...stores, transactions: { covers, run: (work) => run((set) => work(interrupted(set))) } };
}

describe('flows on one database', () => {
  const pool = createPool(inject('postgresUrl'));
  afterAll(() => pool.end());

  async function open(method: Interrupted, outage: { isAway: boolean }) {
    const stores = await freshStores(pool, { audit: true });
    return createAuth({
      publicUrl,
      secret,
      stores: interrupt(stores, method, outage),
      emailVerification: 'off',
    });
  }

  it('leaves no account behind when its first session could not be started', async () => {
    const outage = { isAway: true };
    const auth = await open('create', outage);
    await expect(auth.register(registration)).rejects.toMatchObject({ code: 'store_unavailable' });
    outage.isAway = false;
    // The same again is no `account_exists`.
    const { user } = finishedSignIn(await auth.register(registration));
    expect(await auth.findUser(user)).toMatchObject({ email: 'ada@example.com' });
  });

  it('keeps the old password and every session when they could not be ended', async () => {
    const outage = { isAway: true };
    const auth = await open('rotateHard', outage);
    const { user, session } = finishedSignIn(await auth.register(registration));
    const other = finishedSignIn(await auth.signInWithPassword(registration));
    const change = {
      user,
      sessionId: session.id,
      currentPassword: password,
      newPassword: 'nine loud herons fly',
    };
    await expect(auth.changePassword(change)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect((await auth.listSessions(user)).sessions).toHaveLength(2);
    await auth.signInWithPassword(registration);
    outage.isAway = false;
    const types = async () =>
      (await auth.audit?.list({ tenantId: '', limit: 100 }))?.map(({ type }) => type) ?? [];
    expect(await types()).not.toContain('authn_password_change');
    await auth.changePassword(change);
    expect((await types()).filter((type) => type === 'authn_password_change')).toHaveLength(1);
    expect(await auth.audit?.verify('')).toMatchObject({ intact: true });
    await expect(auth.refresh({ tenantId: '', refreshToken: other.refreshToken })).rejects.toMatchObject({
      code: 'refresh_token_invalid',
    });
  });

  it('starts no session while the one that it replaces cannot be ended (ASVS 7.2.4)', async () => {
    const outage = { isAway: false };
    const auth = await open('end', outage);
    const { user, session, refreshToken } = finishedSignIn(await auth.register(registration));
    const list = async () => (await auth.listSessions(user)).sessions.map(({ id }) => id);
    const replacing = { ...registration, replaces: refreshToken };
    outage.isAway = true;
    await expect(auth.signInWithPassword(replacing)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await list()).toEqual([session.id]);
    outage.isAway = false;
    const next = finishedSignIn(await auth.signInWithPassword(replacing));
    expect(await list()).toEqual([next.session.id]);
  });

  it('ends a session that must not be renewed, and keeps that', async () => {
    const auth = await open('end', { isAway: false });
    const { user, session } = finishedSignIn(await auth.register(registration));
    const { stores } = auth;
    const mfa = { requiredFor: 'everybody' } as const;
    const strict = createAuth({ publicUrl, secret, stores, emailVerification: 'off', mfa });
    const again = strict.reauthenticate({ user, sessionId: session.id, password, origin });
    await expect(again).rejects.toMatchObject({ code: 'access_token_revoked' });
    expect((await auth.listSessions(user)).sessions).toEqual([]);
  });

  it.each([true, false])(
    'takes one transaction for a step and for the steps in it: with a log %j',
    async (audit) => {
      let transactions = 0;
      const { transactions: own, ...stores } = await freshStores(pool, { audit });
      const run: typeof own.run = (work) => {
        transactions++;
        return own.run(work);
      };
      const auth = createAuth({
        publicUrl,
        secret,
        stores: { ...stores, transactions: { covers: own.covers, run } },
        emailVerification: 'off',
      });
      const { user, refreshToken } = finishedSignIn(await auth.register(registration));
      transactions = 0;
      // The old session ends in the step that begins the new one: two would wait for each other, or for one connection.
      finishedSignIn(await auth.signInWithPassword({ ...registration, replaces: refreshToken }));
      expect(transactions).toBe(1);
      // One statement and its record, which without a log is nothing.
      await auth.signOutEverywhere(user);
      expect(transactions).toBe(audit ? 2 : 1);
    },
  );

  it('erases an account with all that belongs to it, or nothing', async () => {
    const outage = { isAway: true };
    const auth = await open('endAll', outage);
    const { user, session, accessToken } = finishedSignIn(await auth.register(registration));
    await auth.enrollSecondFactor(user);
    const erase = () => auth.eraseUser({ user, actorId: user.userId });
    await expect(erase()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await auth.findUser(user)).toMatchObject({ email: 'ada@example.com', disabledAt: null });
    expect(await auth.stores.secondFactors?.find(user)).not.toBeNull();
    expect((await auth.listSessions(user)).sessions).toMatchObject([{ id: session.id }]);

    outage.isAway = false;
    await erase();
    const claims = auth.accessTokens.verify(accessToken);
    expect(await auth.revocations.isRevoked({ ...claims, userId: claims.subject })).toBe(true);
    expect(await auth.findUser(user)).toBeNull();
    expect(await auth.stores.secondFactors?.find(user)).toBeNull();
    expect((await auth.listSessions(user)).sessions).toEqual([]);
    const erasures = await auth.audit?.list({ tenantId: '', type: 'user_deleted', limit: 10 });
    expect(erasures).toHaveLength(1);
    const again = finishedSignIn(await auth.register(registration));
    expect(again.user.userId).not.toBe(user.userId);
    expect((await auth.exportUser(again.user))?.events.map(({ type }) => type)).toEqual([
      'user_created',
      'authn_login_success',
    ]);
  });
});
