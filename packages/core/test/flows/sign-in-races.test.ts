import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthBench,
  createAuthBench,
  email,
  isAccepted,
  newPassword,
  origin,
  password,
  userOf,
} from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

/** Every store call of a sign-in: where something else may come in between. */
const signInSteps = ['users.findByEmail', 'sessions.readEpochs', 'users.find', 'sessions.create'];

describe('signing in while everybody is signed out', () => {
  let bench: AuthBench;
  let user: { tenantId: string; userId: string };
  beforeEach(async () => {
    bench = createAuthBench();
    user = userOf(await bench.register());
  });

  it.each(signInSteps)('leaves no usable session when it waits at %s', async (step) => {
    const held = bench.watched.hold(step);
    const signingIn = bench.signIn().then(
      (signedIn) => signedIn,
      () => null,
    );
    await held.reached;
    await bench.auth.signOutEverywhere(user);
    held.release();
    const signedIn = await signingIn;
    // Before the epochs are read the sign-in has not begun, and is not harmed.
    const hasBegun = step === 'users.find' || step === 'sessions.create';
    expect(signedIn === null).toBe(hasBegun);
    expect((await bench.auth.listSessions(user)).sessions).toHaveLength(hasBegun ? 0 : 1);
    if (signedIn !== null) {
      expect(await isAccepted(bench.auth, signedIn.accessToken)).toBe(true);
      await bench.auth.refresh({ tenantId: '', refreshToken: signedIn.refreshToken });
    }
  });

  it('does not harm one that begins after it, within the same millisecond', async () => {
    await bench.auth.signOutEverywhere(user);
    const { accessToken, refreshToken } = await bench.signIn();
    expect(await isAccepted(bench.auth, accessToken)).toBe(true);
    await bench.auth.refresh({ tenantId: '', refreshToken });
  });

  it('kills the tokens of one that ended just before it, within the same millisecond', async () => {
    const { accessToken, refreshToken } = await bench.signIn();
    await bench.auth.signOutEverywhere(user);
    expect(await isAccepted(bench.auth, accessToken)).toBe(false);
    expect(await refusalCode(bench.auth.refresh({ tenantId: '', refreshToken }))).toBe(
      'refresh_token_invalid',
    );
  });

  it('gives each of many sign-ins a session that works, or none, whatever the order of their steps', async () => {
    const act = fc.constantFrom('sign-in', 'sign-in', 'sign-in', 'sign-out-everywhere');
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 2, maxLength: 8 }), fc.scheduler(), async (acts, steps) => {
        const { auth, signIn, register, watched } = createAuthBench();
        const owner = userOf(await register());
        watched.delay((method) => steps.schedule(Promise.resolve(), method));
        const work = Promise.all(
          acts.map((kind) =>
            kind === 'sign-in' ? signIn().catch(() => null) : auth.signOutEverywhere(owner).then(() => null),
          ),
        );
        const outcomes = await steps.waitFor(work);
        watched.delay(null);

        const live = new Set((await auth.listSessions(owner)).sessions.map(({ id }) => id));
        for (const { session, accessToken, refreshToken } of outcomes.filter((held) => held !== null)) {
          const isLive = live.has(session.id);
          expect(await isAccepted(auth, accessToken)).toBe(isLive);
          const code = await refusalCode(auth.refresh({ tenantId: '', refreshToken }));
          expect(code).toBe(isLive ? null : 'refresh_token_invalid');
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('signing in while the password changes', () => {
  it.each(signInSteps)('never gives a session for the old password when it waits at %s', async (step) => {
    const bench = createAuthBench();
    const registered = await bench.register();
    const held = bench.watched.hold(step);
    const signingIn = refusalCode(bench.signIn());
    await held.reached;
    await bench.auth.changePassword({
      user: userOf(registered),
      sessionId: registered.session.id,
      currentPassword: password,
      newPassword,
    });
    held.release();
    expect(await signingIn).toBe('credentials_invalid');
    const { sessions } = await bench.auth.listSessions(userOf(registered));
    expect(sessions.map(({ id }) => id)).toEqual([registered.session.id]);
  });

  it('lets one of two parallel changes win', async () => {
    const bench = createAuthBench();
    const { user, session } = await bench.register();
    const change = (to: string) =>
      refusalCode(
        bench.auth.changePassword({
          user,
          sessionId: session.id,
          currentPassword: password,
          newPassword: to,
        }),
      );
    const codes = await Promise.all([change(newPassword), change(`${newPassword}-2`)]);
    expect(codes.toSorted()).toEqual(['credentials_invalid', null].toSorted());
    const works = [newPassword, `${newPassword}-2`].map((secret) => refusalCode(bench.signIn(secret)));
    expect((await Promise.all(works)).filter((code) => code === null)).toHaveLength(1);
  });
});

describe('registering', () => {
  it('has one winner among twenty parallel callers, and says who exists to the others only', async () => {
    const bench = createAuthBench();
    const spellings = ['ada@example.org', 'ADA@example.org', 'ada@EXAMPLE.org'];
    const codes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => refusalCode(bench.register(spellings[index % 3]))),
    );
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set([null, 'account_exists']));
    expect((await bench.listEvents()).filter(({ type }) => type === 'user_created')).toHaveLength(1);
  });

  it.each([
    ['an address that is none', { email: 'ada' }, 'email_invalid'],
    ['a short password', { password: 'short' }, 'password_too_short'],
    ['a long password', { password: 'Ab3-'.repeat(100) }, 'password_too_long'],
    ['a common password', { password: 'password1234567' }, 'password_too_common'],
  ])('refuses %s and keeps nothing', async (_case, change, code) => {
    const bench = createAuthBench();
    const registration = { tenantId: '', email, password, name: null, origin, ...change };
    expect(await refusalCode(bench.auth.register(registration))).toBe(code);
    expect(bench.watched.calls).toEqual([]);
    expect(await bench.listEvents()).toEqual([]);
  });

  it('gives the roles that the app decides, from the canonical address', async () => {
    const bench = createAuthBench({
      auth: { rolesForNewUser: ({ email: address }) => (address === 'boss@example.org' ? ['boss'] : []) },
    });
    const { user, accessToken } = await bench.register('Boss@Example.Org');
    expect(user.roles).toEqual(['boss']);
    expect(bench.auth.accessTokens.verify(accessToken).roles).toEqual(['boss']);
    expect((await bench.register('eve@example.org')).user.roles).toEqual([]);
  });
});
