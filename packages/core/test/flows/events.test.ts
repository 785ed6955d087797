import { describe, expect, it, vi } from 'vitest';
import { createAuthBench, newPassword, origin, password, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

describe('what the app is told', () => {
  it('follows a user from the first day to the last, with the instant of each act (ASVS 16.2.1)', async () => {
    const bench = createAuthBench();
    const mine = await bench.register();
    const { user } = mine;
    bench.clock.advance(1000);
    await refusalCode(bench.signIn('a wrong guess'));
    await refusalCode(bench.signIn(password, 'nobody@example.org'));
    const second = await bench.signIn();
    await bench.auth.endSession(userOf(mine), second.session.id);
    await bench.auth.changePassword({
      user,
      sessionId: mine.session.id,
      currentPassword: password,
      newPassword,
    });
    await bench.auth.signOutOthers(userOf(mine), mine.session.id);
    await bench.auth.signOutEverywhere(userOf(mine));

    const who = { tenantId: '', userId: user.userId };
    const from = { ip: origin.ip, userAgent: origin.userAgent };
    const at = new Date(bench.clock.now());
    const registered = new Date(bench.clock.now() - 1000);
    const ended = { type: 'session_ended', at, ...who, exceptSessionId: null };
    const sessionId = mine.session.id;
    expect(await bench.listEvents()).toEqual([
      { type: 'user_created', at: registered, ...who },
      {
        type: 'authn_login_success',
        at: registered,
        ...who,
        ...from,
        sessionId,
        isNewDevice: true,
        amr: ['pwd'],
      },
      { type: 'authn_login_fail', at, ...who, ...from, factor: 'password' },
      { type: 'authn_login_fail', at, tenantId: '', userId: null, ...from, factor: 'password' },
      {
        type: 'authn_login_success',
        ...{ at, ...who, ...from, sessionId: second.session.id, isNewDevice: false, amr: ['pwd'] },
      },
      { ...ended, sessionId: second.session.id, reason: 'ended_by_user' },
      { type: 'authn_password_change', at, ...who, sessionId },
      { ...ended, sessionId: null, exceptSessionId: sessionId, reason: 'signed_out_others' },
      { ...ended, sessionId: null, reason: 'signed_out_everywhere' },
    ]);
  });
});

describe('a listener that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener'))],
  ])('never fails the user when it %s', async (_how, onEvent) => {
    const failures: unknown[] = [];
    const bench = createAuthBench({ auth: { onEvent, onEventError: (error) => void failures.push(error) } });
    await bench.register();
    await bench.listEvents();
    expect(failures).toEqual([new Error('listener'), new Error('listener')]);
  });

  it('is warned about without its message, which may hold what it was handed', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const bench = createAuthBench({
      auth: { onEvent: (event) => Promise.reject(new RangeError(JSON.stringify(event))) },
    });
    await bench.register();
    await bench.listEvents();
    expect(warn.mock.calls).toEqual([['a listener failed: RangeError'], ['a listener failed: RangeError']]);
    warn.mockRestore();
  });

  it('does not take the process down when whoever is told of it fails as well', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const fail = () => {
      throw new TypeError('listener');
    };
    const bench = createAuthBench({ auth: { onEvent: fail, onEventError: fail } });
    await bench.register();
    await bench.listEvents();
    expect(warn.mock.calls[0]).toEqual(['onEventError failed: TypeError']);
    warn.mockRestore();
  });
});
