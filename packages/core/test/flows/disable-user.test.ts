import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

const actorId = 'the-admin';
let bench: AuthBench;
let user: { tenantId: string; userId: string };

beforeEach(async () => {
  bench = createAuthBench();
  user = userOf(await bench.register());
});

const listActs = async () =>
  (await bench.listEvents()).filter(({ type }) => type === 'user_disabled' || type === 'user_enabled');

describe('disabling and enabling', () => {
  it('is recorded with who did it, once', async () => {
    const { disabledAt } = await bench.auth.disableUser({ user, actorId });
    expect(disabledAt).toEqual(new Date(bench.clock.now()));
    bench.clock.advance(1000);
    expect((await bench.auth.disableUser({ user, actorId })).disabledAt).toEqual(disabledAt);
    for (const _again of [1, 2]) {
      expect((await bench.auth.enableUser({ user, actorId: null })).disabledAt).toBeNull();
    }
    expect(await listActs()).toMatchObject([
      { type: 'user_disabled', userId: user.userId, actorId },
      { type: 'user_enabled', userId: user.userId, actorId: null },
    ]);
  });

  it('is refused to the user themselves', async () => {
    const act = { user, actorId: user.userId };
    expect(await refusalCode(bench.auth.disableUser(act))).toBe('account_protected');
    expect((await bench.auth.findUser(user))?.disabledAt).toBeNull();
  });

  it('knows nobody by a foreign id or tenant', async () => {
    for (const foreign of [
      { ...user, tenantId: 'other' },
      { ...user, userId: 'nobody' },
    ]) {
      expect(await refusalCode(bench.auth.disableUser({ user: foreign, actorId }))).toBe('account_not_found');
      expect(await refusalCode(bench.auth.enableUser({ user: foreign, actorId }))).toBe('account_not_found');
    }
    expect(await listActs()).toEqual([]);
    expect((await bench.auth.findUser(user))?.disabledAt).toBeNull();
  });
});
