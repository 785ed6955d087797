/**
 * ASVS 7.2.4, CVE-2022-25896 (passport), CVE-2023-29019 (@fastify/passport): an attacker plants a session in the victim's
 * browser before the victim signs in, and shares it afterwards.
 */
import { expect, it } from 'vitest';
import { createBrowser } from '../http/browser.js';
import { createHttpBench, credentials } from '../http/http-bench.js';

const me = { method: 'GET', url: '/auth/me' };

it.each(['/auth/login', '/auth/register'])('%s gives a new session and ends the planted one', async (url) => {
  const bench = createHttpBench();
  await bench.register();
  const mallory = createBrowser(bench);
  await mallory.send({
    method: 'POST',
    url: '/auth/register',
    json: { ...credentials, email: 'mallory@example.org' },
  });

  const victim = mallory.clone();
  const json = url === '/auth/login' ? credentials : { ...credentials, email: 'victim@example.org' };
  const signedIn = await victim.send({ method: 'POST', url, json });
  expect(signedIn.json.user.email).toBe(json.email);
  for (const [name, value] of mallory.jar) expect(victim.jar.get(name)).not.toBe(value);

  expect((await victim.send(me)).json.user.email).toBe(json.email);
  expect((await mallory.send(me)).status).toBe(401);
});

it('a password change gives new tokens and voids the ones that were shared before', async () => {
  const bench = createHttpBench();
  const victim = createBrowser(bench);
  await victim.register();
  const mallory = victim.clone();
  const changed = await victim.send({
    method: 'POST',
    url: '/auth/password/change',
    json: { currentPassword: credentials.password, newPassword: 'Gravel_Tulip_Piano_38' },
  });
  expect(changed.status).toBe(200);
  expect((await victim.send(me)).status).toBe(200);
  expect((await mallory.send(me)).status).toBe(401);
});

it('a failed sign-in ends nothing', async () => {
  const bench = createHttpBench();
  const victim = createBrowser(bench);
  await victim.register();
  const json = { ...credentials, password: 'a wrong guess' };
  expect((await victim.send({ method: 'POST', url: '/auth/login', json })).status).toBe(401);
  expect((await victim.send(me)).status).toBe(200);
});
