/**
 * ASVS 6.3.8: who has an account is found out from the answers to a sign-in.
 */
import { type AuditStore, createMemoryAuditStore, memoryStores } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { type Answer, createHttpBench, credentials, ownPage } from '../http/http-bench.js';

const guesses = {
  'a wrong password': { ...credentials, password: 'a wrong guess' },
  'an address without an account': { email: 'nobody@example.org', password: 'a wrong guess' },
  'an address of no form': { email: 'nobody', password: 'a wrong guess' },
  'a common password': { ...credentials, password: 'password' },
  'an endless address': { email: `${'a'.repeat(300)}@example.org`, password: 'a wrong guess' },
};

/** All that a client can see, but for the random id of the request. */
function seenIn({ status, headers: shown, cookies, json: { requestId: _random, ...json } }: Answer) {
  const { 'x-request-id': _same, ...headers } = shown;
  return { status, headers, cookies, json };
}

describe('a sign-in that fails', () => {
  it.each(Object.entries(guesses))('looks the same for %s', async (_case, json) => {
    const bench = createHttpBench();
    await bench.register();
    const call = { method: 'POST', url: '/auth/login', headers: ownPage };
    const expected = seenIn(
      await bench.send({ ...call, json: { email: 'eve@example.org', password: 'no' } }),
    );
    expect(seenIn(await bench.send({ ...call, json }))).toEqual(expected);
    expect(expected.json.code).toBe('credentials_invalid');
  });

  it.each([
    ['a password of 2,000 characters', { password: 'ab'.repeat(1000) }],
    ['a password of 5,000 characters', { password: 'ab'.repeat(2500) }],
  ])('tells nothing by what is wrong with the input either: %s', async (_case, change) => {
    const bench = createHttpBench();
    await bench.register();
    const answers = await Promise.all(
      [credentials.email, 'nobody@example.org'].map((email) =>
        bench.send({ method: 'POST', url: '/auth/login', headers: ownPage, json: { email, ...change } }),
      ),
    );
    expect(seenIn(answers[0] as Answer)).toEqual(seenIn(answers[1] as Answer));
  });
});

/** Writes down what the store is asked, in order. */
function watchAudit(calls: string[]): AuditStore {
  return new Proxy(createMemoryAuditStore(), {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        calls.push(`audit.${String(key)}`);
        return value.apply(target, args);
      };
    },
  });
}

it('a failed sign-in asks the stores as often with an account as without, the audit log too', async () => {
  const audited: string[] = [];
  const bench = createHttpBench({
    openStores: (clock) => ({ ...memoryStores({ clock }), audit: watchAudit(audited) }),
    auth: { rateLimits: {} },
  });
  await bench.register();
  const callsOf = async (email: string) => {
    bench.watched.forgetCalls();
    audited.splice(0);
    const json = { email, password: 'a wrong guess' };
    const { status } = await bench.send({ method: 'POST', url: '/auth/login', headers: ownPage, json });
    expect(status).toBe(401);
    return [...bench.watched.calls, ...audited];
  };
  const known = await callsOf(credentials.email);
  expect(known).toContain('audit.append');
  expect(await callsOf('nobody@example.org')).toEqual(known);
});

it('the ids of other people’s sessions look like ids that never were', async () => {
  const bench = createHttpBench();
  const { session } = await bench.register();
  const { accessToken } = await bench.register('mallory@example.org');
  const headers = { authorization: `Bearer ${accessToken}` };
  const [other, never] = await Promise.all(
    [session.id, 'AAAAAAAAAAAAAAAAAAAAAA'].map((id) =>
      bench.send({ method: 'DELETE', url: `/auth/sessions/${id}`, headers }),
    ),
  );
  expect(seenIn(other as Answer)).toEqual(seenIn(never as Answer));
});
