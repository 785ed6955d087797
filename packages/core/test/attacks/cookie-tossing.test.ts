/**
 * RFC 6265bis §4.1.3.2, ASVS 3.3.1: a sibling host sets cookies for the whole domain, so that the victim acts in the
 * attacker's session, or sends the same name twice and lets each reader pick another one.
 */
import { expect, it } from 'vitest';
import { createBrowser } from '../http/browser.js';
import { expectProblem } from '../http/expect-problem.js';
import { createHttpBench } from '../http/http-bench.js';

async function meet(isInsecure = false) {
  const bench = createHttpBench({
    http: { allowInsecureCookies: isInsecure },
    auth: isInsecure ? { publicUrl: 'http://localhost:3000' } : {},
  });
  const victim = createBrowser(bench);
  await victim.register();
  const mallory = createBrowser(bench);
  await mallory.signIn();
  return { bench, victim, mallory };
}

const me = { method: 'GET', url: '/auth/me' };

it('names that a sibling host may set are not looked at', async () => {
  const { bench, mallory } = await meet();
  const access = mallory.jar.get('__Host-access');
  for (const name of [
    'access',
    '__Secure-access',
    '__host-access',
    '__HOST-access',
    ' __Host-access\u00a0',
  ]) {
    expectProblem(
      await bench.send({ ...me, headers: { cookie: `${name}=${access}` } }),
      401,
      'credentials_missing',
    );
  }
});

it.each([false, true])(
  'the same cookie twice is refused, in either order (plain http: %s)',
  async (isInsecure) => {
    const { bench, victim, mallory } = await meet(isInsecure);
    for (const [name, mine] of victim.jar) {
      const tossed = mallory.jar.get(name);
      for (const cookie of [`${name}=${mine}; ${name}=${tossed}`, `${name}=${tossed}; ${name}=${mine}`]) {
        expectProblem(await bench.send({ ...me, headers: { cookie } }), 400, 'cookie_ambiguous');
      }
    }
  },
);

it('one cookie of each session changes nothing, with the CSRF token of either', async () => {
  const { bench, victim, mallory } = await meet(true);
  const mixes = [
    `access=${victim.jar.get('access')}; refresh=${mallory.jar.get('refresh')}`,
    `access=${mallory.jar.get('access')}; refresh=${victim.jar.get('refresh')}`,
  ];
  for (const cookie of mixes) {
    for (const browser of [victim, mallory]) {
      const headers = { ...(await browser.headers()), cookie };
      const call = { method: 'PATCH', url: '/auth/me', json: { name: 'tossed' }, headers };
      expectProblem(await bench.send(call), 403, 'csrf_refused');
    }
  }
  expect((await victim.send(me)).json.user.name).toBeNull();
});
