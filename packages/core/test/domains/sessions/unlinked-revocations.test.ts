import type { HeldSession, SessionPolicyOptions } from '@tessera-auth/core/primitives';
import { isAuthError } from '@tessera-auth/core/stores';
import { describe, expect, it } from 'vitest';
import {
  accessTokenMs,
  ada,
  createSessionBench,
  graceMs,
  type SessionBench,
  tokenOf,
} from './session-bench.js';

/** An act that ends sessions, repeated as often as the client asks. */
interface Ending {
  readonly act: (bench: SessionBench, mine: HeldSession) => Promise<unknown>;
  readonly policy?: SessionPolicyOptions;
  readonly ends: 'mine' | 'others' | 'all';
}

const reuse: Ending['act'] = ({ sessions }, { refreshToken }) => sessions.refresh(ada, refreshToken);

const endings: Readonly<Record<string, Ending>> = {
  'ending one session': {
    act: ({ sessions }, { session }) => sessions.end(ada, session.id, 'signed_out'),
    ends: 'mine',
  },
  'ending it by its refresh token': {
    act: ({ sessions }, { refreshToken }) => sessions.endByRefreshToken('acme', refreshToken),
    ends: 'mine',
  },
  'ending the others': {
    act: ({ sessions }, { session }) => sessions.endOthers(ada, session.id),
    ends: 'others',
  },
  'renewing and ending the others': {
    act: ({ sessions }, { session }) => sessions.renew(ada, session.id, { endsOthers: true }),
    ends: 'all',
  },
  'ending all': { act: ({ sessions }) => sessions.endAll(ada), ends: 'all' },
  'ending the tenant': { act: ({ sessions }) => sessions.endTenant('acme'), ends: 'all' },
  'a token that comes back': { act: reuse, ends: 'mine' },
  'a token that comes back, by strict policy': { act: reuse, policy: { onReuse: 'user' }, ends: 'all' },
};

async function prepare({ policy = {}, act }: Ending) {
  const bench = createSessionBench({ isUnlinked: true, policy });
  const mine = await bench.signIn();
  const other = await bench.signIn();
  bench.clock.advance(60_000);
  if (act === reuse) {
    tokenOf(await bench.sessions.refresh(ada, mine.refreshToken));
    bench.clock.advance(graceMs);
  }
  return { bench, mine, other };
}

describe.each(Object.entries(endings))('where revocations live elsewhere, %s', (_name, ending) => {
  const expected = { mine: ending.ends !== 'others', other: ending.ends !== 'mine' };

  it('revokes the access tokens as well', async () => {
    const { bench, mine, other } = await prepare(ending);
    await ending.act(bench, mine);
    expect(await bench.isRevoked(mine.session)).toBe(expected.mine);
    expect(await bench.isRevoked(other.session)).toBe(expected.other);
  });

  it('tells of an outage in between, and a repetition does what was left', async () => {
    const { bench, mine, other } = await prepare(ending);
    bench.watched.fail('revocations.add');
    for (let time = 0; time < 2; time++) {
      await expect(ending.act(bench, mine)).rejects.toSatisfy(
        (error) => isAuthError(error) && error.code === 'store_unavailable',
      );
    }
    bench.watched.heal();
    await ending.act(bench, mine);
    expect(await bench.isRevoked(mine.session)).toBe(expected.mine);
    expect(await bench.isRevoked(other.session)).toBe(expected.other);
  });
});

describe('a theft whose handling an outage cut short', () => {
  it.each([false, true])(
    'is finished when any token of the session comes (unlinked: %s)',
    async (isUnlinked) => {
      const bench = createSessionBench({ isUnlinked, policy: { onReuse: 'user' } });
      const mine = await bench.signIn();
      const other = await bench.signIn();
      bench.clock.advance(60_000);
      const next = tokenOf(await bench.sessions.refresh(ada, mine.refreshToken));
      bench.clock.advance(graceMs);
      bench.watched.fail('sessions.endAll');
      await expect(bench.sessions.refresh(ada, mine.refreshToken)).rejects.toSatisfy(isAuthError);
      bench.watched.heal();

      expect((await bench.sessions.refresh(ada, next)).kind).toBe('reuse');
      expect(await bench.isRevoked(other.session)).toBe(true);
      expect((await bench.sessions.refresh(ada, next)).kind).toBe('invalid');
      // Later sessions are not harmed by the tokens of the old one, however often they come.
      const fresh = await bench.signIn();
      bench.clock.advance(accessTokenMs + 1);
      for (const token of [mine.refreshToken, next]) {
        expect((await bench.sessions.refresh(ada, token)).kind).toBe('invalid');
      }
      expect((await bench.sessions.refresh(ada, fresh.refreshToken)).kind).toBe('rotated');
    },
  );
});

describe('sessions that make room', () => {
  it.each([false, true])('lose their access tokens too (unlinked: %s)', async (isUnlinked) => {
    const bench = createSessionBench({ isUnlinked, policy: { maxSessions: 2 } });
    const held = [];
    for (let count = 0; count < 4; count++) {
      held.push(await bench.signIn());
      bench.clock.advance(1000);
    }
    const revoked = await Promise.all(held.map(({ session }) => bench.isRevoked(session)));
    expect(revoked).toEqual([true, true, false, false]);
  });
});
