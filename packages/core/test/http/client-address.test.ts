import { createRouter } from '@tessera-auth/core/http';
import { expect, it } from 'vitest';
import { createHttpBench, credentials, ownPage, requestOf } from './http-bench.js';

/** The address that a session is stored with, when the host says that the request is from `ip`. */
async function storedAddress(ip: string | undefined): Promise<string | null> {
  const bench = createHttpBench();
  const url = '/auth/register';
  const request = { ...requestOf({ method: 'POST', url, headers: ownPage, json: credentials }), ip };
  const response = await createRouter(bench.http.routes).answer(url, request);
  const { session } = JSON.parse(response?.body ?? '');
  const [event] = (await bench.listEvents()).filter(({ type }) => type === 'authn_login_success');
  expect(event).toMatchObject({ ip: session.ip });
  return session.ip;
}

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8::1', '2001:db8::1'],
  ['::1', '::1'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:203.0.113.7', '203.0.113.7'],
  ['fe80::1%eth0', 'fe80::1'],
])('an address is kept: %s', async (ip, stored) => {
  expect(await storedAddress(ip)).toBe(stored);
});

// What `trust proxy: true` makes of a header that the client has written.
it.each([
  undefined,
  '',
  'unknown',
  '<script>alert(1)</script>',
  '203.0.113.7:443',
  '203.0.113.256',
  '::ffff:203.0.113.999',
  '203.0.113.7, 198.51.100.1',
  ' 203.0.113.7',
  '203.0.113.7\n',
  '1'.repeat(10_000),
])('what is no address is not: %j', async (ip) => {
  expect(await storedAddress(ip)).toBeNull();
});
