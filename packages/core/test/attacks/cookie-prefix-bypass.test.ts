/**
 * RFC 6265bis §4.1.3.2, §5.6: a sibling host sets a cookie whose name begins with a byte that the server takes for white
 * space. No browser finds the prefix `__Host-` in it, so it is accepted for the whole domain.
 */
import { expect, it } from 'vitest';
import { createBrowser } from '../http/browser.js';
import { expectProblem } from '../http/expect-problem.js';
import { createHttpBench } from '../http/http-bench.js';

const me = { method: 'GET', url: '/auth/me' };

// Everything that JavaScript trims, as Node hands it over: one character a byte. Browsers trim blank and tab.
const foreignSpaces = ['\u00a0', '\v', '\f', '\r', '\n', ' \u00a0', '\u00a0 ', '\ufeff', '\u2028'];

async function meet() {
  const bench = createHttpBench();
  const victim = createBrowser(bench);
  await victim.register();
  const mallory = createBrowser(bench);
  await mallory.signIn();
  return { bench, victim, mallory };
}

it.each(foreignSpaces)('nobody is signed in by a name that begins with %j', async (space) => {
  const { bench, mallory } = await meet();
  const cookie = [...mallory.jar].map(([name, value]) => `${space}${name}=${value}`).join(';');
  expectProblem(await bench.send({ ...me, headers: { cookie } }), 401, 'credentials_missing');
});

it.each(foreignSpaces)('nobody is locked out by a name that begins with %j', async (space) => {
  const { bench, victim, mallory } = await meet();
  const tossed = [...mallory.jar].map(([name, value]) => `${space}${name}=${value}`);
  const mine = [...victim.jar].map(([name, value]) => `${name}=${value}`);
  const answer = await bench.send({ ...me, headers: { cookie: [...tossed, ...mine].join('; ') } });
  expect(answer.status).toBe(200);
});
