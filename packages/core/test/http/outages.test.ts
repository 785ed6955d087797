import {
  AuthError,
  createMemoryAuditStore,
  createMemoryRevocationStore,
  memoryStores,
  type Stores,
} from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { newPassword, password } from '../auth-bench.js';
import type { Failure } from '../watched-stores.js';
import { outageText } from '../watched-stores.js';
import { type Browser, createBrowser } from './browser.js';
import { expectProblem } from './expect-problem.js';
import { type Answer, createHttpBench, credentials, type HttpBench } from './http-bench.js';

/** One request, and what its repetition may answer after the outage where that is not the same as without one. */
interface Scenario {
  readonly act: (browser: Browser, bench: HttpBench) => Promise<Answer>;
  readonly status: number;
  /** By what the client must know: its first request has been done, though nobody told it. */
  readonly alreadyDone?: { readonly status: number; readonly code: string };
  readonly isAnonymous?: boolean;
}

const scenarios: Readonly<Record<string, Scenario>> = {
  register: {
    act: (browser) => browser.send({ method: 'POST', url: '/auth/register', json: credentials }),
    status: 201,
    alreadyDone: { status: 409, code: 'account_exists' },
    isAnonymous: true,
  },
  login: {
    act: (browser) => browser.send({ method: 'POST', url: '/auth/login', json: credentials }),
    status: 200,
  },
  refresh: { act: (browser) => browser.send({ method: 'POST', url: '/auth/refresh' }), status: 200 },
  'a page with an expired access token': {
    act(browser, { clock }) {
      if (clock.now() < expiry) clock.advance(906_000);
      return browser.send({ method: 'GET', url: '/auth/me' });
    },
    status: 200,
  },
  'the list of sessions': {
    act: (browser) => browser.send({ method: 'GET', url: '/auth/sessions' }),
    status: 200,
  },
  rename: {
    act: (browser) => browser.send({ method: 'PATCH', url: '/auth/me', json: { name: 'Ada' } }),
    status: 200,
  },
  logout: { act: (browser) => browser.send({ method: 'POST', url: '/auth/logout' }), status: 204 },
  'revoke-all': {
    act: (browser) => browser.send({ method: 'POST', url: '/auth/sessions/revoke-all' }),
    status: 204,
  },
  'revoke-all with the own session': {
    act: (browser) =>
      browser.send({ method: 'POST', url: '/auth/sessions/revoke-all', json: { includeCurrent: true } }),
    status: 204,
    alreadyDone: { status: 401, code: 'refresh_token_invalid' },
  },
  'password change': {
    act: (browser) =>
      browser.send({
        method: 'POST',
        url: '/auth/password/change',
        json: { currentPassword: password, newPassword },
      }),
    status: 200,
    alreadyDone: { status: 401, code: 'credentials_invalid|refresh_token_superseded' },
  },
  readyz: {
    act: (browser) => browser.send({ method: 'GET', url: '/readyz' }),
    status: 200,
    isAnonymous: true,
  },
};

const expiry = new Date('2030-01-02T03:19:05Z').getTime();

/** Stores in memory whose accounts are somewhere that can be away. */
function openAnswering(clock: { now(): number }): Stores {
  const stores = memoryStores({ clock });
  return { ...stores, users: { ...stores.users, ping: async () => {} } };
}

const stores = {
  'revocations recorded in the step': { openStores: openAnswering },
  'revocations in another store': {
    openStores: (clock: { now(): number }) => ({
      ...openAnswering(clock),
      revocations: createMemoryRevocationStore({ clock }),
    }),
  },
};

async function prepare(scenario: Scenario, options: object): Promise<{ bench: HttpBench; browser: Browser }> {
  const bench = createHttpBench(options);
  const browser = createBrowser(bench);
  if (scenario.isAnonymous !== true) {
    await browser.register();
    await bench.signIn();
  }
  bench.watched.forgetCalls();
  return { bench, browser };
}

describe.each(Object.entries(stores))('with %s', (_name, options) => {
  describe.each(Object.entries(scenarios))('%s', (_scenario, scenario) => {
    it.each<Failure>(['unreached', 'reply-lost'])(
      'answers 503 to an outage at each store call, and goes through afterwards: %s (ASVS 16.5.2)',
      async (failure) => {
        const { act, status, alreadyDone } = scenario;
        let at = 0;
        for (;;) {
          const { bench, browser } = await prepare(scenario, options);
          bench.watched.failAt(at, failure);
          const cookies = [...browser.jar.keys()];
          const answer = await act(browser, bench);
          if (bench.watched.calls.length <= at) {
            expect(answer.status).toBe(status);
            break;
          }
          expectProblem(answer, 503, 'store_unavailable');
          expect(answer.body).not.toContain(outageText);
          expect([...browser.jar.keys()]).toEqual(cookies);

          const again = await act(browser, bench);
          if (again.status !== status) {
            expect({ at, status: again.status }).toEqual({ at, status: alreadyDone?.status });
            expect(alreadyDone?.code.split('|')).toContain(again.json.code);
          }
          at++;
        }
        expect(at).toBeGreaterThan(0);
      },
    );
  });
});

it.each(['users', 'secondFactors', 'roles', 'audit'] as const)(
  'is not ready while the store of %s is away, and says when to come back',
  async (name) => {
    const bench = createHttpBench({
      openStores(clock) {
        const stores = { ...memoryStores({ clock }), audit: createMemoryAuditStore() };
        const ping = () => Promise.reject(new AuthError('store_unavailable'));
        return { ...stores, [name]: { ...stores[name], ping } };
      },
    });
    const answer = await bench.send({ method: 'GET', url: '/readyz' });
    expectProblem(answer, 503, 'store_unavailable');
    expect(answer.headers['retry-after']).toBe('1');
  },
);
