/**
 * ASVS 13.2.4, 14.2.3, 16.2.3: what a library knows of people goes to a service or a log that nobody listed. Tessera calls
 * nobody by itself and writes nothing: mail and events go to the functions of the app.
 */
import dns from 'node:dns';
import net from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { newPassword, password, tokenOfLastLink } from '../auth-bench.js';
import { createBrowser } from '../http/browser.js';
import { createHttpBench, credentials } from '../http/http-bench.js';

afterEach(() => vi.restoreAllMocks());

it('a whole life with an account opens no connection, asks for no name and prints nothing', async () => {
  const outward = [
    vi.spyOn(net.Socket.prototype, 'connect'),
    vi.spyOn(dns, 'lookup'),
    vi.spyOn(globalThis, 'fetch'),
  ];
  const printed = [
    vi.spyOn(process.stdout, 'write'),
    vi.spyOn(process.stderr, 'write'),
    vi.spyOn(process, 'emitWarning'),
    ...(['debug', 'info', 'log', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name)),
  ];

  const bench = createHttpBench();
  const browser = createBrowser(bench);
  const send = async (method: string, url: string, json?: unknown) =>
    (await browser.send({ method, url, ...(json === undefined ? {} : { json }) })).status;
  await browser.register();
  const statuses = [
    await send('POST', '/auth/login', { ...credentials, password: 'a wrong guess' }),
    await send('GET', '/auth/me'),
    await send('POST', '/auth/password/change', { currentPassword: password, newPassword }),
    await send('POST', '/auth/email/change', { newEmail: 'lovelace@example.org' }),
    await send('POST', '/auth/password/forgot', { email: credentials.email }),
    await send('POST', '/auth/password/reset', {
      token: await tokenOfLastLink(bench),
      newPassword: password,
    }),
  ];
  bench.watched.fail('users.findByEmail');
  statuses.push(await send('POST', '/auth/login', credentials));
  await bench.listEvents();

  expect(statuses).toEqual([401, 200, 200, 202, 202, 204, 503]);
  for (const spy of [...outward, ...printed]) expect(spy).not.toHaveBeenCalled();
});
