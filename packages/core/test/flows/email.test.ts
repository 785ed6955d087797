import { beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthBench,
  email,
  isAccepted,
  newPassword,
  password,
  publicUrl,
  userOf,
} from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';
import { ask, createConfirmed, createEmailBench, lastToken, noticesOf } from './email-bench.js';

let bench: AuthBench;
beforeEach(() => {
  bench = createEmailBench();
});

describe('asking for an account', () => {
  it('makes none until the link is opened, and then one with a confirmed address', async () => {
    await ask(bench.auth);
    expect(await refusalCode(bench.signIn())).toBe('credentials_invalid');
    const [mail] = await noticesOf(bench, 'email_verification');
    expect(mail).toMatchObject({
      to: email,
      name: null,
      url: `${publicUrl}/verify-email#token=${mail?.token}`,
    });
    expect(mail?.expiresAt.getTime()).toBe(bench.clock.now() + 86_400_000);
    await bench.auth.verifyEmail('', mail?.token ?? '');
    const { user } = await bench.signIn();
    expect(user).toMatchObject({ email, name: 'Ada', emailVerifiedAt: new Date(bench.clock.now()) });
    expect(await bench.listEvents()).toContainEqual(
      expect.objectContaining({ type: 'user_created', userId: user.userId }),
    );
  });

  it('makes one account, however often and by whomever the link is opened (ASVS 6.4.1)', async () => {
    await ask(bench.auth);
    const token = await lastToken(bench, 'email_verification');
    const opened = await Promise.all(
      Array.from({ length: 20 }, () => refusalCode(bench.auth.verifyEmail('', token))),
    );
    expect(opened.filter((code) => code === null)).toHaveLength(1);
    expect(new Set(opened)).toEqual(new Set([null, 'one_time_token_invalid']));
  });

  it('lets the first of several links win, and the others open nothing', async () => {
    await ask(bench.auth);
    const first = await lastToken(bench, 'email_verification');
    await ask(bench.auth, { password: newPassword });
    const second = await lastToken(bench, 'email_verification');
    await bench.auth.verifyEmail('', second);
    expect(await refusalCode(bench.auth.verifyEmail('', first))).toBe('one_time_token_invalid');
    expect(await refusalCode(bench.signIn(password))).toBe('credentials_invalid');
    await bench.signIn(newPassword);
  });

  it('ends with the link (ASVS 6.4.1)', async () => {
    await ask(bench.auth);
    bench.clock.advance(86_400_000);
    const opened = bench.auth.verifyEmail('', await lastToken(bench, 'email_verification'));
    expect(await refusalCode(opened)).toBe('one_time_token_invalid');
  });

  it('refuses what is no address, and passwords that are not acceptable', async () => {
    expect(await refusalCode(ask(bench.auth, { email: 'nobody' }))).toBe('email_invalid');
    expect(await refusalCode(ask(bench.auth, { password: 'short' }))).toBe('password_too_short');
    expect(await bench.listNotices()).toEqual([]);
  });

  it('gives a new account the roles of its confirmed address', async () => {
    bench = createEmailBench({
      auth: { rolesForNewUser: (user) => (user.email === email ? ['boss'] : []) as never[] },
    });
    await createConfirmed(bench);
    expect((await bench.signIn()).user.roles).toEqual(['boss']);
  });
});

it('a reset gives the owner all attempts back', async () => {
  bench = createEmailBench({ auth: { rateLimits: {} } });
  await createConfirmed(bench);
  for (let turn = 0; turn < 4; turn++) await refusalCode(bench.signIn('a wrong guess'));
  expect(await refusalCode(bench.signIn())).toBe('rate_limited');
  await bench.auth.forgotPassword('', email);
  await bench.auth.resetPassword({
    tenantId: '',
    token: await lastToken(bench, 'password_reset'),
    newPassword,
  });
  await bench.signIn(newPassword);
});

describe('a forgotten password', () => {
  beforeEach(() => createConfirmed(bench));
  const reset = async (token: string, secret = newPassword) =>
    refusalCode(bench.auth.resetPassword({ tenantId: '', token, newPassword: secret }));

  it('is replaced by the link, which ends every session and signs nobody in (ASVS 7.6.2)', async () => {
    const before = await bench.signIn();
    await bench.auth.forgotPassword('', email.toUpperCase());
    const [mail] = await noticesOf(bench, 'password_reset');
    expect(mail).toMatchObject({ to: email, url: `${publicUrl}/reset-password#token=${mail?.token}` });
    expect(await reset(mail?.token ?? '')).toBeNull();
    expect(await isAccepted(bench.auth, before.accessToken)).toBe(false);
    const { refreshToken } = before;
    expect(await refusalCode(bench.auth.refresh({ tenantId: '', refreshToken }))).toBe(
      'refresh_token_invalid',
    );
    expect(await refusalCode(bench.signIn(password))).toBe('credentials_invalid');
    await bench.signIn(newPassword);
    expect(await noticesOf(bench, 'password_reset_done')).toMatchObject([{ to: email }]);
  });

  it('keeps the link when the new password is not acceptable', async () => {
    await bench.auth.forgotPassword('', email);
    const token = await lastToken(bench, 'password_reset');
    expect(await reset(token, 'short')).toBe('password_too_short');
    expect(await reset(token)).toBeNull();
  });

  it('is replaced once by one link, by however many at once', async () => {
    await bench.auth.forgotPassword('', email);
    const token = await lastToken(bench, 'password_reset');
    const codes = await Promise.all(Array.from({ length: 8 }, () => reset(token)));
    expect(codes.filter((code) => code === null)).toHaveLength(1);
  });

  it('is reset by the newest link only, and not after the password was changed', async () => {
    await bench.auth.forgotPassword('', email);
    const older = await lastToken(bench, 'password_reset');
    await bench.auth.forgotPassword('', email);
    const newer = await lastToken(bench, 'password_reset');
    expect(await reset(older)).toBe('one_time_token_invalid');
    const { user, session } = await bench.signIn();
    const change = { user, sessionId: session.id, currentPassword: password, newPassword };
    await bench.auth.changePassword(change);
    expect(await reset(newer)).toBe('one_time_token_invalid');
  });

  it.each([
    [10 * 60_000 - 1, null],
    [10 * 60_000, 'one_time_token_invalid'],
  ])('is replaced by a link that is %d ms old: %s (ASVS 6.5.5)', async (age, refusal) => {
    await bench.auth.forgotPassword('', email);
    const token = await lastToken(bench, 'password_reset');
    bench.clock.advance(age);
    expect(await reset(token)).toBe(refusal);
  });

  it('stops a sign-in with the old one that is under way', async () => {
    await bench.auth.forgotPassword('', email);
    const token = await lastToken(bench, 'password_reset');
    const starting = bench.watched.hold('sessions.create');
    const signingIn = refusalCode(bench.signIn());
    await starting.reached;
    expect(await reset(token)).toBeNull();
    starting.release();
    expect(await signingIn).toBe('credentials_invalid');
  });

  it('stays as it is while a store is away', async () => {
    await bench.auth.forgotPassword('', email);
    const token = await lastToken(bench, 'password_reset');
    bench.watched.fail('oneTimeTokens.consume');
    expect(await reset(token)).toBe('store_unavailable');
    bench.watched.heal();
    await bench.signIn(password);
    expect(await reset(token)).toBeNull();
  });

  it('of a disabled account gets no link, and an old link opens nothing', async () => {
    const { user } = await bench.signIn();
    await bench.auth.forgotPassword('', email);
    const token = await lastToken(bench, 'password_reset');
    await bench.auth.stores.users.update({ ...userOf({ user }), set: { disabledAt: new Date(0) } });
    expect(await reset(token)).toBe('one_time_token_invalid');
    await bench.auth.forgotPassword('', email);
    expect(await noticesOf(bench, 'password_reset')).toHaveLength(1);
  });

  it('confirms an address that nobody had confirmed', async () => {
    const { user } = await bench.signIn();
    const ref = userOf({ user });
    await bench.auth.stores.users.update({ ...ref, set: { emailVerifiedAt: null } });
    await bench.auth.forgotPassword('', email);
    expect(await reset(await lastToken(bench, 'password_reset'))).toBeNull();
    expect((await bench.auth.findUser(ref))?.emailVerifiedAt).toEqual(new Date(bench.clock.now()));
  });
});

describe('another address', () => {
  const next = 'lovelace@example.org';
  beforeEach(() => createConfirmed(bench));

  it('is in force when its link is opened; the old one hears of both', async () => {
    const { user } = await bench.signIn();
    await bench.auth.requestEmailChange(userOf({ user }), next);
    expect(await noticesOf(bench, 'email_change')).toMatchObject([{ to: next }]);
    expect(await noticesOf(bench, 'email_change_requested')).toMatchObject([{ to: email }]);
    await bench.signIn(password, email);
    await bench.auth.verifyEmail('', await lastToken(bench, 'email_change'));
    expect(await refusalCode(bench.signIn(password, email))).toBe('credentials_invalid');
    expect((await bench.signIn(password, next)).user).toMatchObject({ userId: user.userId, email: next });
    expect(await noticesOf(bench, 'email_changed')).toMatchObject([{ to: email }]);
  });

  it('voids links that went to the old one', async () => {
    const { user } = await bench.signIn();
    await bench.auth.forgotPassword('', email);
    const toOld = await lastToken(bench, 'password_reset');
    await bench.auth.requestEmailChange(userOf({ user }), next);
    await bench.auth.verifyEmail('', await lastToken(bench, 'email_change'));
    const reset = bench.auth.resetPassword({ tenantId: '', token: toOld, newPassword });
    expect(await refusalCode(reset)).toBe('one_time_token_invalid');
  });

  it('that somebody got meanwhile stays theirs', async () => {
    const { user } = await bench.signIn();
    await bench.auth.requestEmailChange(userOf({ user }), next);
    const token = await lastToken(bench, 'email_change');
    await createConfirmed(bench, next);
    expect(await refusalCode(bench.auth.verifyEmail('', token))).toBe('one_time_token_invalid');
    expect((await bench.auth.findUser(userOf({ user })))?.email).toBe(email);
  });
});

describe('mails that others ask for', () => {
  beforeEach(() => {
    bench = createEmailBench({ auth: { rateLimits: {} } });
  });

  it('are three at once and then one every twenty minutes, whatever is answered', async () => {
    await createConfirmed(bench);
    bench.clock.advance(3_600_000);
    for (let turn = 0; turn < 10; turn++) await bench.auth.forgotPassword('', email);
    expect(await noticesOf(bench, 'password_reset')).toHaveLength(3);
    bench.clock.advance(20 * 60_000);
    for (let turn = 0; turn < 3; turn++) await bench.auth.forgotPassword('', email);
    expect(await noticesOf(bench, 'password_reset')).toHaveLength(4);
  });

  it('of one address leave those of another alone', async () => {
    await createConfirmed(bench);
    await createConfirmed(bench, 'eve@example.org');
    bench.clock.advance(3_600_000);
    for (let turn = 0; turn < 5; turn++) await bench.auth.forgotPassword('', email);
    await bench.auth.forgotPassword('', 'eve@example.org');
    expect((await noticesOf(bench, 'password_reset')).at(-1)?.to).toBe('eve@example.org');
  });

  it('that are too many leave the link that was sent last as it is (ASVS 6.1.1)', async () => {
    await createConfirmed(bench);
    for (let turn = 0; turn < 5; turn++) await bench.auth.forgotPassword('', email);
    expect(await noticesOf(bench, 'password_reset')).toHaveLength(3);
    const token = await lastToken(bench, 'password_reset');
    expect(await refusalCode(bench.auth.resetPassword({ tenantId: '', token, newPassword }))).toBeNull();
  });

  it('about an account keep its owner neither from a new password nor from a warning', async () => {
    await createConfirmed(bench);
    await createConfirmed(bench, 'mallory@example.org');
    const [ada, mallory] = [await bench.signIn(), await bench.signIn(password, 'mallory@example.org')];
    for (let turn = 0; turn < 3; turn++) {
      await ask(bench.auth);
      await bench.auth.requestEmailChange(userOf(mallory), email);
    }
    await bench.auth.forgotPassword('', email);
    expect(await noticesOf(bench, 'password_reset')).toMatchObject([{ to: email }]);
    await bench.auth.requestEmailChange(userOf(ada), 'lovelace@example.org');
    expect((await noticesOf(bench, 'email_change_requested')).at(-1)?.to).toBe(email);
  });
});

describe('a notice', () => {
  it('tells the owner of a new device and of a new password (ASVS 6.3.5)', async () => {
    await createConfirmed(bench);
    const { user, session } = await bench.signIn();
    expect(await noticesOf(bench, 'new_device')).toMatchObject([{ to: email, os: 'Linux' }]);
    await bench.signIn();
    expect(await noticesOf(bench, 'new_device')).toHaveLength(1);
    const change = { user, sessionId: session.id, currentPassword: password, newPassword };
    await bench.auth.changePassword(change);
    expect(await noticesOf(bench, 'password_changed')).toMatchObject([{ to: email }]);
  });

  it('that cannot be sent fails nobody, and the app hears of it', async () => {
    const failures: unknown[] = [];
    const node = bench.startNode({
      emailVerification: 'required',
      notify: () => Promise.reject(new Error('mailbox full')),
      onEventError: (error) => void failures.push(error),
    });
    await ask(node);
    await bench.listEvents();
    expect(failures).toMatchObject([{ message: 'mailbox full' }]);
  });
});
