import { type Auth, memoryStores, type UserRef } from '@tessera-auth/core';
import type { TestClock } from '@tessera-auth/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAuthBench, email, isAccepted, newPassword, origin, password, policy } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';
import { createAuthenticator, stepMs } from '../totp.js';
import { beginHalf, createMfaBench, finishedSignIn, type MfaBench } from './mfa-bench.js';

type Held = { readonly user: UserRef; readonly sessionId: string };

let bench: MfaBench;
beforeEach(async () => {
  bench = await createMfaBench();
});

describe('a sign-in of somebody with a second factor', () => {
  it('starts no session before the second half (ASVS 6.3.4)', async () => {
    bench.watched.forgetCalls();
    const half = await bench.beginHalf();
    expect(half).toMatchObject({ kind: 'second_factor_required', methods: ['totp', 'backup_code'] });
    expect(half.expiresAt.getTime() - bench.clock.now()).toBe(600_000);
    expect(bench.watched.calls).not.toContain('sessions.create');
    const { sessions } = await bench.auth.listSessions(bench.user);
    expect(sessions.map(({ id }) => id)).toEqual([bench.enabled.session.id]);

    const signedIn = await bench.verify(half.mfaToken);
    expect(signedIn.session.amr).toEqual(['pwd', 'otp', 'mfa']);
    expect(await isAccepted(bench.auth, signedIn.accessToken)).toBe(true);
  });

  it('is told apart from a wrong password only once the password was right', async () => {
    expect(await refusalCode(bench.beginSignIn('wrong'))).toBe('credentials_invalid');
    expect(await refusalCode(bench.beginSignIn(password, 'nobody@example.org'))).toBe('credentials_invalid');
  });

  it('goes on after a wrong code, and is over after a good one', async () => {
    const { mfaToken } = await bench.beginHalf();
    expect(await refusalCode(bench.verify(mfaToken, { code: '000000' }))).toBe('mfa_code_invalid');
    expect(await refusalCode(bench.verify(mfaToken))).toBeNull();
    bench.clock.advance(stepMs);
    expect(await refusalCode(bench.verify(mfaToken))).toBe('mfa_token_invalid');
  });

  it('takes a backup code once, and says how many are left', async () => {
    const [code] = bench.backupCodes;
    const { mfaToken } = await bench.beginHalf();
    expect(await refusalCode(bench.verify(mfaToken, { method: 'backup_code', code }))).toBeNull();
    expect((await bench.listNotices()).at(-1)).toMatchObject({
      kind: 'backup_code_used',
      to: email,
      backupCodesLeft: 9,
    });
    const again = await bench.beginHalf();
    expect(await refusalCode(bench.verify(again.mfaToken, { method: 'backup_code', code }))).toBe(
      'mfa_code_invalid',
    );
  });

  it('is over after ten minutes', async () => {
    const { mfaToken } = await bench.beginHalf();
    bench.clock.advance(600_000);
    expect(await refusalCode(bench.verify(mfaToken))).toBe('mfa_token_invalid');
  });

  it('says with what it was tried, in events of failures and of successes (ASVS 16.3.1)', async () => {
    const { mfaToken } = await bench.beginHalf();
    await refusalCode(bench.verify(mfaToken, { code: '000000' }));
    await refusalCode(bench.verify(mfaToken, { method: 'backup_code', code: '0000' }));
    await bench.verify(mfaToken);
    const events = await bench.listEvents();
    expect(events.flatMap((event) => (event.type === 'authn_mfa_fail' ? [event.factor] : []))).toEqual([
      'totp',
      'backup_code',
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'authn_login_success', amr: ['pwd', 'otp', 'mfa'] });
  });

  it('tells the owner of a wrong code, for whoever gave it knows the password', async () => {
    const { mfaToken } = await bench.beginHalf();
    for (const code of ['000000', '000001', '000002', '000003', '000004'])
      await refusalCode(bench.verify(mfaToken, { code }));
    const kinds = (await bench.listNotices()).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'second_factor_failed')).not.toHaveLength(0);
    const fails = (await bench.listEvents()).filter(({ type }) => type === 'authn_mfa_fail');
    expect(fails).toHaveLength(5);
    expect(fails[0]).toMatchObject({ userId: bench.user.userId, ip: origin.ip });
  });

  it.each([
    ['signs out everywhere', () => bench.auth.signOutEverywhere(bench.user), 'credentials_invalid'],
    ['is disabled', () => bench.auth.disableUser({ user: bench.user, actorId: null }), 'mfa_token_invalid'],
    [
      'is disabled and enabled again',
      async () => {
        await bench.auth.disableUser({ user: bench.user, actorId: null });
        await bench.auth.enableUser({ user: bench.user, actorId: null });
      },
      'mfa_token_invalid',
    ],
    [
      'changes the password',
      () =>
        bench.auth.changePassword({
          ...{ user: bench.user, sessionId: bench.enabled.session.id },
          ...{ currentPassword: password, newPassword },
        }),
      'mfa_token_invalid',
    ],
  ])('does not come in when its user meanwhile %s', async (_act, act, code) => {
    const { mfaToken } = await bench.beginHalf();
    await act();
    expect(await refusalCode(bench.verify(mfaToken))).toBe(code);
  });

  it('of parallel second halves with one code one comes in', async () => {
    const halves = await Promise.all(Array.from({ length: 8 }, () => bench.beginHalf()));
    const codes = await Promise.all(halves.map(({ mfaToken }) => refusalCode(bench.verify(mfaToken))));
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === 'mfa_code_invalid')).toHaveLength(7);
  });

  it('of parallel second halves with one token and many codes one comes in', async () => {
    const { mfaToken } = await bench.beginHalf();
    const codes = await Promise.all(
      bench.backupCodes.map((code) => refusalCode(bench.verify(mfaToken, { method: 'backup_code', code }))),
    );
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === 'mfa_token_invalid')).toHaveLength(9);
  });

  it('answers an outage with an outage, and the token stays good', async () => {
    const { mfaToken } = await bench.beginHalf();
    bench.watched.fail('secondFactors.find');
    expect(await refusalCode(bench.verify(mfaToken))).toBe('store_unavailable');
    expect(await refusalCode(bench.beginSignIn())).toBe('store_unavailable');
    bench.watched.heal();
    expect(await refusalCode(bench.verify(mfaToken))).toBeNull();
  });
});

describe('setting a second factor up', () => {
  it('renews the session that does it, ends every other, and tells the owner (ASVS 6.3.7, 7.4.3)', async () => {
    const fresh = createAuthBench();
    const mine = await fresh.register();
    const other = await fresh.signIn();
    const { secret } = await fresh.auth.enrollSecondFactor(mine.user);
    const code = await createAuthenticator(secret, fresh.clock).code();
    const confirmation = { user: mine.user, sessionId: mine.session.id };
    expect(await refusalCode(fresh.auth.confirmSecondFactor({ ...confirmation, code: '000000' }))).toBe(
      'mfa_code_invalid',
    );
    // A slip of its owner, who is signed in: nobody has to be warned.
    expect((await fresh.listNotices()).map(({ kind }) => kind)).not.toContain('second_factor_failed');
    const enabled = await fresh.auth.confirmSecondFactor({ ...confirmation, code });
    expect(enabled.session).toMatchObject({ id: mine.session.id, amr: ['pwd', 'otp', 'mfa'] });
    for (const dead of [mine, other]) expect(await isAccepted(fresh.auth, dead.accessToken)).toBe(false);
    expect(await isAccepted(fresh.auth, enabled.accessToken)).toBe(true);
    expect((await fresh.listNotices()).at(-1)).toMatchObject({ kind: 'second_factor_enabled', to: email });
    expect((await fresh.listEvents()).map(({ type }) => type)).toContain('authn_mfa_enabled');
  });

  it('stops a sign-in that is under way with the password alone', async () => {
    const fresh = createAuthBench();
    const mine = await fresh.register();
    const { secret } = await fresh.auth.enrollSecondFactor(mine.user);
    const held = fresh.watched.hold('sessions.create');
    const late = refusalCode(fresh.beginSignIn());
    await held.reached;
    const code = await createAuthenticator(secret, fresh.clock).code();
    await fresh.auth.confirmSecondFactor({ user: mine.user, sessionId: mine.session.id, code });
    held.release();
    expect(await late).toBe('credentials_invalid');
  });

  it('is refused to whoever has one', async () => {
    expect(await refusalCode(bench.auth.enrollSecondFactor(bench.user))).toBe('mfa_already_enabled');
  });
});

describe('removing the second factor', () => {
  const removal = async (change: object = {}) => ({
    ...{ user: bench.user, sessionId: bench.enabled.session.id, origin },
    proof: { method: 'totp' as const, code: await bench.authenticator.code() },
    ...change,
  });

  it('needs the factor itself', async () => {
    const wrong = await removal({ proof: { method: 'totp', code: '000000' } });
    expect(await refusalCode(bench.auth.removeSecondFactor(wrong))).toBe('mfa_code_invalid');
    expect((await bench.auth.describeSecondFactor(bench.user)).isEnabled).toBe(true);
  });

  it('keeps the session that asks, ends all others, and tells the owner', async () => {
    const other = await bench.verify((await bench.beginHalf()).mfaToken);
    bench.clock.advance(stepMs);
    await bench.auth.removeSecondFactor(await removal());
    expect(await isAccepted(bench.auth, bench.enabled.accessToken)).toBe(true);
    expect(await isAccepted(bench.auth, other.accessToken)).toBe(false);
    expect((await bench.listNotices()).at(-1)).toMatchObject({ kind: 'second_factor_disabled' });
    expect((await bench.signIn()).session.amr).toEqual(['pwd']);
    expect(await refusalCode(bench.auth.removeSecondFactor(await removal()))).toBe('mfa_not_enabled');
  });

  it('by an administrator ends every session, and nobody does it to themselves', async () => {
    const { user } = bench;
    const own = bench.auth.resetSecondFactor({ user, actorId: user.userId });
    expect(await refusalCode(own)).toBe('account_protected');
    await bench.auth.resetSecondFactor({ user, actorId: 'boss' });
    expect(await isAccepted(bench.auth, bench.enabled.accessToken)).toBe(false);
    expect((await bench.listEvents()).at(-1)).toMatchObject({ type: 'authn_mfa_disabled', actorId: 'boss' });
    const missing = { user: { tenantId: '', userId: 'nobody' }, actorId: null };
    expect(await refusalCode(bench.auth.resetSecondFactor(missing))).toBe('account_not_found');
  });
});

describe('backup codes', () => {
  it('are renewed all at once, and the owner is told', async () => {
    const { backupCodes } = await bench.auth.renewBackupCodes(bench.user);
    expect(backupCodes).toHaveLength(10);
    expect((await bench.listNotices()).at(-1)).toMatchObject({ kind: 'backup_codes_renewed' });
    const { mfaToken } = await bench.beginHalf();
    const use = (code?: string) => refusalCode(bench.verify(mfaToken, { method: 'backup_code', code }));
    expect([await use(bench.backupCodes[0]), await use(backupCodes[0])]).toEqual(['mfa_code_invalid', null]);
  });

  it('need a second factor', async () => {
    const fresh = createAuthBench();
    const { user } = await fresh.register();
    expect(await refusalCode(fresh.auth.renewBackupCodes(user))).toBe('mfa_not_enabled');
  });
});

describe('a reset of the password', () => {
  it('signs nobody in and leaves the second factor in force (ASVS 6.4.3)', async () => {
    await bench.auth.forgotPassword('', email);
    const link = (await bench.listNotices()).findLast((notice) => notice.kind === 'password_reset');
    const token = link !== undefined && 'token' in link ? link.token : '';
    await bench.auth.resetPassword({ tenantId: '', token, newPassword });
    expect((await bench.beginHalf(newPassword)).kind).toBe('second_factor_required');
  });
});

describe('a change of the password', () => {
  it('counts as no full proof for somebody with a second factor', async () => {
    const authTime = bench.enabled.session.authTime.getTime();
    const changed = await bench.auth.changePassword({
      ...{ user: bench.user, sessionId: bench.enabled.session.id },
      ...{ currentPassword: password, newPassword },
    });
    expect(changed.session.amr).toEqual(['pwd', 'otp', 'mfa']);
    expect(changed.session.authTime.getTime()).toBe(authTime);
  });
});

describe('proving again who it is', () => {
  const again = (change: object = {}) =>
    bench.auth.reauthenticate({
      ...{ user: bench.user, sessionId: bench.enabled.session.id, password, origin },
      ...change,
    });

  it('asks for all that a sign-in asks for (ASVS 7.5.1)', async () => {
    expect(await refusalCode(again({ password: 'wrong' }))).toBe('credentials_invalid');
    expect(await refusalCode(again())).toBe('mfa_code_required');
    const wrong = { method: 'totp', code: '000000' };
    expect(await refusalCode(again({ proof: wrong }))).toBe('mfa_code_invalid');
    const proof = { method: 'totp', code: await bench.authenticator.code() };
    const held = await again({ proof });
    expect(held.session).toMatchObject({ id: bench.enabled.session.id, amr: ['pwd', 'otp', 'mfa'] });
    expect(held.session.authTime.getTime()).toBe(bench.clock.now());
  });

  it('voids the refresh tokens of before (ASVS 7.2.4), and leaves other sessions alone', async () => {
    const fresh = createAuthBench();
    const mine = await fresh.register();
    const other = await fresh.signIn();
    const held = await fresh.auth.reauthenticate({
      ...{ user: mine.user, sessionId: mine.session.id, password, origin },
    });
    expect(held.session.amr).toEqual(['pwd']);
    const refresh = ({ refreshToken }: { readonly refreshToken: string }) =>
      refusalCode(fresh.auth.refresh({ tenantId: '', refreshToken }));
    expect([await refresh(mine), await refresh(held), await refresh(other)]).toEqual([
      'refresh_token_superseded',
      null,
      null,
    ]);
  });

  it('is refused when the session has ended meanwhile', async () => {
    await bench.auth.signOutEverywhere(bench.user);
    const proof = { method: 'totp', code: await bench.authenticator.code() };
    expect(await refusalCode(again({ proof }))).toBe('access_token_revoked');
  });
});

describe('a second factor that must be', () => {
  const strict = (mfa: object) => createAuthBench({ auth: { mfa } });

  it('is set up in the middle of the sign-in: no session before (ASVS 6.3.3)', async () => {
    const open = createAuthBench();
    await open.register();
    const auth = open.startNode({ mfa: { requiredFor: 'everybody' } });
    const claim = { tenantId: '', email, password, origin };
    const half = await auth.signInWithPassword(claim);
    if (half.kind === 'signed_in') throw new Error('no second factor was asked for');
    expect(half).toMatchObject({ kind: 'second_factor_setup_required', methods: [] });
    const { mfaToken } = half;
    const proof = { tenantId: '', mfaToken, origin };
    const early = auth.verifySecondFactor({ ...proof, method: 'totp', code: '000000' });
    expect(await refusalCode(early)).toBe('mfa_token_invalid');

    const { secret } = await auth.beginSecondFactorSetup('', mfaToken);
    const authenticator = createAuthenticator(secret, open.clock);
    const wrong = auth.confirmSecondFactorSetup({ ...proof, code: '000000' });
    expect(await refusalCode(wrong)).toBe('mfa_code_invalid');
    const done = await auth.confirmSecondFactorSetup({ ...proof, code: await authenticator.code() });
    expect(done.session.amr).toEqual(['pwd', 'otp', 'mfa']);
    expect(done.backupCodes).toHaveLength(10);
    expect(await refusalCode(auth.beginSecondFactorSetup('', mfaToken))).toBe('mfa_token_invalid');
    expect((await auth.signInWithPassword(claim)).kind).toBe('second_factor_required');
  });

  it('is asked for at a registration too', async () => {
    const open = strict({ requiredFor: 'everybody' });
    const outcome = await open.auth.register({ tenantId: '', email, password, name: null, origin });
    expect(outcome.kind).toBe('second_factor_setup_required');
    expect((await beginHalf(open)).kind).toBe('second_factor_setup_required');
  });

  it('waits for the end of the grace, and ends sessions from before it then', async () => {
    const open = strict({ requiredFor: 'everybody', grace: '7d' });
    const registered = finishedSignIn(
      await open.auth.register({ tenantId: '', email, password, name: null, origin }),
    );
    const dueAt = new Date(open.clock.now() + 7 * 86_400_000);
    expect(registered.secondFactorDueAt).toEqual(dueAt);
    open.clock.advance(7 * 86_400_000 - 1);
    const { refreshToken } = await open.auth.refresh({ tenantId: '', refreshToken: registered.refreshToken });
    open.clock.advance(1);
    expect(await refusalCode(open.auth.refresh({ tenantId: '', refreshToken }))).toBe(
      'refresh_token_invalid',
    );
    expect((await beginHalf(open)).kind).toBe('second_factor_setup_required');
  });

  it('gives older accounts their grace from the day of the rule', async () => {
    const open = createAuthBench();
    await open.register();
    open.clock.advance(30 * 86_400_000);
    const since = new Date(open.clock.now());
    const node = open.startNode({ mfa: { requiredFor: 'everybody', requiredSince: since, grace: '1d' } });
    const claim = { tenantId: '', email, password, origin };
    expect(finishedSignIn(await node.signInWithPassword(claim)).secondFactorDueAt).toEqual(
      new Date(open.clock.now() + 86_400_000),
    );
  });

  it('is asked of whoever has the role, or one that inherits from it', async () => {
    const kindFor = async (role: 'employee' | 'manager' | 'boss') => {
      const open = createAuthBench({
        auth: { mfa: { requiredFor: ['manager'] as never }, rolesForNewUser: () => [role] },
      });
      return (await open.auth.register({ tenantId: '', email, password, name: null, origin })).kind;
    };
    expect([await kindFor('employee'), await kindFor('manager'), await kindFor('boss')]).toEqual([
      'signed_in',
      'second_factor_setup_required',
      'second_factor_setup_required',
    ]);
  });

  const renewals: readonly (readonly [string, (auth: Auth, held: Held) => Promise<unknown>])[] = [
    ['proves again who it is', (auth, held) => auth.reauthenticate({ ...held, password, origin })],
    [
      'changes the password',
      (auth, held) => auth.changePassword({ ...held, currentPassword: password, newPassword }),
    ],
  ];

  it.each(renewals)('ends the session of whoever %s after the grace', async (_act, act) => {
    const open = strict({ requiredFor: 'everybody', grace: '1h' });
    const { user, session } = await open.register();
    const held = { user, sessionId: session.id };
    open.clock.advance(59 * 60_000);
    await open.auth.reauthenticate({ ...held, password, origin });
    open.clock.advance(10 * 60_000);
    expect(await refusalCode(act(open.auth, held))).toBe('access_token_revoked');
    expect((await open.auth.listSessions(user)).sessions).toEqual([]);
    expect((await open.listEvents()).at(-1)).toMatchObject({ type: 'session_ended', reason: 'mfa_required' });
    // The password is the one of before.
    expect((await beginHalf(open)).kind).toBe('second_factor_setup_required');
  });

  it.each(renewals)('ends the session of whoever %s with a role that needs it', async (_act, act) => {
    const open = strict({ requiredFor: ['boss'] });
    const { user, session } = await open.register();
    const held = { user, sessionId: session.id };
    await open.auth.grantRole({ user, actorId: null, role: 'boss' });
    expect(await refusalCode(act(open.auth, held))).toBe('access_token_revoked');
    expect((await open.auth.listSessions(user)).sessions).toEqual([]);
  });

  it('without a grace does not go by when the account was made, which another clock says', async () => {
    const open = createAuthBench({
      openStores: (clock) => memoryStores({ clock: { now: () => clock.now() + 2000 } }),
      auth: { mfa: { requiredFor: 'everybody' } },
    });
    const outcome = await open.auth.register({ tenantId: '', email, password, name: null, origin });
    expect(outcome.kind).toBe('second_factor_setup_required');
  });

  it('that is removed is set up anew at the next sign-in, and nobody stays signed in', async () => {
    const required = await createMfaBench({
      auth: { mfa: { requiredFor: 'everybody', grace: '1h' } },
    });
    await required.auth.removeSecondFactor({
      ...{ user: required.user, sessionId: required.enabled.session.id, origin },
      proof: { method: 'totp', code: await required.authenticator.code() },
    });
    expect(await isAccepted(required.auth, required.enabled.accessToken)).toBe(false);
    required.clock.advance(3_600_000);
    expect((await beginHalf(required)).kind).toBe('second_factor_setup_required');
  });
});

describe('the options', () => {
  const without = (clock?: TestClock) => {
    const { secondFactors: _none, ...stores } = memoryStores(clock === undefined ? {} : { clock });
    return stores;
  };

  it.each([
    ['mfa.requiredFor: there is no such role', { mfa: { requiredFor: ['king'] } }],
    ['mfa.requiredFor', { mfa: { requiredFor: 'all' } }],
    ['mfa.grace', { mfa: { grace: 'a while' } }],
    ['mfa.requiredSince', { mfa: { requiredSince: new Date('never') } }],
    ['mfa.issuer', { mfa: { issuer: 'Acme: Inc' } }],
    ['mfa.rememberDevices', { mfa: { rememberDevices: '1s' } }],
    ['stores.secondFactors: missing', { mfa: { requiredFor: 'everybody' }, stores: without() }],
  ])('are refused by name: %s', (message, auth) => {
    expect(() => createAuthBench().startNode({ policy, ...auth } as never)).toThrow(message);
  });

  it('without a store of second factors nobody has one', async () => {
    const open = createAuthBench({ openStores: without });
    const { user } = await open.register();
    expect(await open.auth.describeSecondFactor(user)).toMatchObject({ isEnabled: false });
    await expect(open.auth.enrollSecondFactor(user)).rejects.toThrow('stores.secondFactors: missing');
  });
});
